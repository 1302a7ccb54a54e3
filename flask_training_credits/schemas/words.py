"""Names, ids, addresses and codes of standards, as JSON has them."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields

from ..domain.iso import COUNTRIES, CURRENCIES
from ..domain.values import MAX_ID, check_id
from .base import JsonSchema

_LONGEST_ADDRESS = 2000
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ADDRESS = re.compile(r"(https?://[^/?#\s]+|/(?!/))[^\s<>\"]*", re.IGNORECASE)


class Text(fields.String):
    """Words of people: trimmed, not empty, at most `longest` characters, no control characters but line breaks."""

    def __init__(self, *, longest: int = 255, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(**kwargs)

    @property
    def accepts(self) -> JsonSchema:
        """Its JSON Schema in requests."""
        return {"type": "string", "minLength": 1, "maxLength": self.longest}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if not text:
            raise ValidationError("This must not be empty.")
        if len(text) > self.longest:
            raise ValidationError(f"Use at most {self.longest} characters.")
        if not all(character.isprintable() or character in "\n\r\t" for character in text):
            raise ValidationError("This must not contain control characters.")
        return text


class _Listed(fields.String):
    """A string that must be on a list."""

    complaint: ClassVar[str]

    def is_known(self, value: str) -> bool:
        """True for what is on the list."""
        raise NotImplementedError

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if not self.is_known(text):
            raise ValidationError(self.complaint)
        return text


class CountryCode(_Listed):
    """ISO 3166-1 alpha-2, in capitals."""

    accepts: ClassVar[JsonSchema] = {"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["US"]}
    complaint = 'Use an ISO 3166-1 country code of two capitals, for example "US".'

    def is_known(self, value: str) -> bool:
        """True for an assigned code."""
        return value in COUNTRIES


class CurrencyCode(_Listed):
    """ISO 4217, in capitals."""

    accepts: ClassVar[JsonSchema] = {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["USD"]}
    complaint = 'Use an ISO 4217 currency code of three capitals, for example "USD".'

    def is_known(self, value: str) -> bool:
        """True for a currency in use."""
        return value in CURRENCIES


class ZoneName(_Listed):
    """An IANA time zone."""

    accepts: ClassVar[JsonSchema] = {"type": "string", "examples": ["UTC", "America/New_York"]}
    complaint = 'Use an IANA time zone, for example "America/New_York".'

    def is_known(self, value: str) -> bool:
        """True for a zone of this machine's database."""
        return value in available_timezones()


class Key(fields.String):
    """The key of a credit type: letters, digits, dots, dashes and underscores; it goes into addresses."""

    accepts: ClassVar[JsonSchema] = {"type": "string", "pattern": f"^{_KEY.pattern}$"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if not _KEY.fullmatch(text):
            raise ValidationError("Use 1 to 64 letters, digits, dots, dashes and underscores.")
        return text


class OfferingId(fields.String):
    """A host's id of an offering: printable, at most 255 characters, no slash."""

    accepts: ClassVar[JsonSchema] = {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_ID,
        "pattern": r"^[^/\s]([^/]*[^/\s])?$",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return check_id(super()._deserialize(value, attr, data, **kwargs), "An offering's id")
        except ValueError as problem:
            raise ValidationError(f"{problem}.") from None


class WebAddress(fields.String):
    """A link people follow: `https://…`, `http://…`, or a path of the host. Nothing that could run as a script."""

    accepts: ClassVar[JsonSchema] = {"type": "string", "format": "uri-reference", "maxLength": _LONGEST_ADDRESS}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if len(text) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(text) or not text.isprintable():
            raise ValidationError('Use an address that starts with "https://", or a path that starts with "/".')
        return text
