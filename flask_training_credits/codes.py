"""Signed texts of codes and passkeys.

A text is a 40-bit number and an 80-bit signature (HMAC-SHA256 by itsdangerous, cut to 80 bits) in Crockford's
base 32: `TC-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`, `PK-…` for passkeys. 120 bits are exactly 24 letters, so every text has
one spelling. A forged text is told from an authentic one without asking the database.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from itsdangerous import Signer
from itsdangerous.signer import HMACAlgorithm

from .domain.ids import CROCKFORD, crockford

Kind = Literal["code", "passkey"]

NUMBER_BITS: Final = 40
_SIGNATURE_BYTES: Final = 10
_LENGTH: Final = 24
_LONGEST: Final = 100
_PREFIXES: Final[dict[Kind, str]] = {"code": "TC", "passkey": "PK"}
_VALUES: Final = {letter: value for value, letter in enumerate(CROCKFORD)} | {"I": 1, "L": 1, "O": 0}
_FILLERS: Final = dict.fromkeys(map(ord, " \t\r\n\u00a0-\u2010\u2011\u2012\u2013\u2014\u2212"))


class _Truncated(HMACAlgorithm):
    """HMAC-SHA256, cut to 80 bits."""

    def __init__(self) -> None:
        super().__init__(hashlib.sha256)

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """The first ten bytes of the HMAC."""
        return super().get_signature(key, value)[:_SIGNATURE_BYTES]


@dataclass(frozen=True)
class Signed:
    """What an authentic text says: its number, and the fingerprint of the key that signed it."""

    kind: Kind
    number: int
    fingerprint: str


class CodeTexts:
    """Makes and reads texts with the host's signing keys, oldest to newest; the newest signs."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._algorithm = _Truncated()
        self._keys: dict[Kind, dict[str, bytes]] = {
            kind: {key_fingerprint(key): self._derive(key, kind) for key in keys} for kind in _PREFIXES
        }
        self.newest = key_fingerprint(keys[-1])
        """Fingerprint of the key that signs."""

    @property
    def fingerprints(self) -> frozenset[str]:
        """Fingerprints of all keys in use."""
        return frozenset(self._keys["code"])

    def _derive(self, key: bytes, kind: Kind) -> bytes:
        salt = f"training-credits.{kind}".encode()
        return Signer(key, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256).derive_key()

    def text(self, kind: Kind, number: int, fingerprint: str) -> str | None:
        """The text of a number, as people see it; None when the key is gone."""
        key = self._keys[kind].get(fingerprint)
        if key is None:
            return None
        signature = int.from_bytes(self._algorithm.get_signature(key, number.to_bytes(5)))
        letters = crockford(number << 8 * _SIGNATURE_BYTES | signature, _LENGTH)
        return "-".join([_PREFIXES[kind], *(letters[at : at + 4] for at in range(0, _LENGTH, 4))])

    def read(self, kind: Kind, text: object) -> Signed | None:
        """What an authentic text says, else None. Asks nobody; takes the same time for every forgery."""
        bits = _bits(kind, text)
        if bits is None:
            return None
        number, signature = bits >> 8 * _SIGNATURE_BYTES, bits & (1 << 8 * _SIGNATURE_BYTES) - 1
        found = None
        for fingerprint, key in self._keys[kind].items():
            if self._algorithm.verify_signature(key, number.to_bytes(5), signature.to_bytes(_SIGNATURE_BYTES)):
                found = Signed(kind, number, fingerprint)
        return found


def _bits(kind: Kind, text: object) -> int | None:
    """The 120 bits a text spells. Case, spaces and dashes do not matter; I and L read as 1, O as 0."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    letters = text.translate(_FILLERS)
    if not letters.isascii():
        return None
    letters = letters.upper()
    if len(letters) != _LENGTH + 2 or not letters.startswith(_PREFIXES[kind]):
        return None
    bits = 0
    for letter in letters[2:]:
        value = _VALUES.get(letter)
        if value is None:
            return None
        bits = bits << 5 | value
    return bits


def key_fingerprint(key: bytes) -> str:
    """Sixteen hex digits that name a signing key without telling it."""
    return hashlib.sha256(b"training-credits.fingerprint:" + key).hexdigest()[:16]


def new_number() -> int:
    """A random 40-bit number."""
    return secrets.randbits(NUMBER_BITS)


def last_four(text: str) -> str:
    """All that logs, lists and events ever show of a text."""
    return text[-4:]
