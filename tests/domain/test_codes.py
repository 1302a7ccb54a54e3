"""Texts of codes: one spelling each, forgiving to people, and nothing that is not authentic gets through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_training_credits.codes import CodeTexts, Kind, Signed, key_fingerprint, last_four, new_number
from flask_training_credits.domain.ids import CROCKFORD

OLD, NEW = b"old key", b"new key"
TEXTS = CodeTexts([OLD, NEW])
NUMBER = 0x123456789A
TEXT = "TC-28T5-CY4T-6714-V8KM-JJSR-BDR6"
SIGNED = Signed("code", NUMBER, "b7f77d6d03b388f1")
LETTERS = TEXT.replace("-", "")
NUMBERS = st.integers(0, 2**40 - 1)


@pytest.mark.parametrize(
    ("kind", "number", "text"),
    [
        ("code", NUMBER, TEXT),
        ("code", 0, "TC-0000-0000-14CC-V2D7-JDC4-AX7X"),
        ("code", 2**40 - 1, "TC-ZZZZ-ZZZZ-CFX0-MEHT-6N0J-ZNY4"),
        ("passkey", NUMBER, "PK-28T5-CY4T-ZFTW-BGC6-HXA3-7JKQ"),
    ],
)
def test_texts_never_change(kind: Kind, number: int, text: str) -> None:
    """Codes that were printed years ago still work: these are golden values."""
    assert TEXTS.text(kind, number, TEXTS.newest) == text
    assert TEXTS.read(kind, text) == Signed(kind, number, TEXTS.newest)


@given(NUMBERS, st.sampled_from(["code", "passkey"]), st.sampled_from([OLD, NEW]))
def test_every_text_reads_as_what_it_was_made_from(number: int, kind: Kind, key: bytes) -> None:
    """With its number, its kind and the fingerprint of the key that signed it."""
    text = TEXTS.text(kind, number, key_fingerprint(key))
    assert text is not None
    assert TEXTS.read(kind, text) == Signed(kind, number, key_fingerprint(key))


@pytest.mark.parametrize(
    "written",
    [
        TEXT.lower(),
        LETTERS,
        f"  {TEXT}\n",
        TEXT.replace("-", " "),
        TEXT.replace("-", "–"),
        TEXT.replace("-", "\N{NON-BREAKING HYPHEN}"),
        TEXT.replace("-", "\N{NO-BREAK SPACE}"),
        " ".join(LETTERS),
        "tc28t5cy4t-6714v8kmjjsrbdr6",
    ],
)
def test_case_spaces_and_dashes_do_not_matter(written: str) -> None:
    """However people type or paste it."""
    assert TEXTS.read("code", written) == SIGNED


@given(NUMBERS, st.sampled_from("OoIiLl"))
def test_letters_that_look_like_digits_are_read_as_those(number: int, letter: str) -> None:
    """O is 0, I and L are 1, in the number and in the signature, and nowhere else."""
    digit = {"O": "0", "I": "1", "L": "1"}[letter.upper()]
    text = TEXTS.text("code", number, TEXTS.newest)
    assert text is not None
    assert TEXTS.read("code", "TC" + text[2:].replace(digit, letter)) == Signed("code", number, TEXTS.newest)


@pytest.mark.parametrize("at", range(2, 26))
def test_one_spelling(at: int) -> None:
    """At every place only the letter that was printed there is authentic, with its look-alikes."""
    alike = {"0": "0O", "1": "1IL"}
    letter = LETTERS[at]
    good = {
        other
        for other in map(chr, range(0x21, 0x7F))
        if other != "-" and TEXTS.read("code", LETTERS[:at] + other + LETTERS[at + 1 :]) is not None
    }
    expected = alike.get(letter, letter)
    assert good == set(expected) | set(expected.lower())


@pytest.mark.parametrize("digit", ["２", "٢", "²", "২", "𝟚", "②"])
def test_digits_of_other_scripts_are_not_ours(digit: str) -> None:
    """Fullwidth, Arabic, superscript and mathematical twos are not a two."""
    assert TEXTS.read("code", TEXT.replace("2", digit, 1)) is None


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("T", "\N{CYRILLIC CAPITAL LETTER TE}"),
        ("T", "\N{GREEK CAPITAL LETTER TAU}"),
        ("T", "\N{FULLWIDTH LATIN CAPITAL LETTER T}"),
        ("S", "\N{LATIN SMALL LETTER LONG S}"),  # in capitals it is S
        ("K", "\N{KELVIN SIGN}"),  # in small letters it is k
    ],
)
def test_letters_of_other_scripts_are_not_ours(ours: str, theirs: str) -> None:
    """Neither those that look the same nor those that become ASCII when their case changes."""
    assert ours in TEXT
    assert TEXTS.read("code", TEXT.replace(ours, theirs)) is None


@pytest.mark.parametrize(
    "written",
    [
        "",
        "TC",
        TEXT[:-1],
        TEXT[:-5],
        TEXT + "0",
        TEXT + "-0000",
        "0" + TEXT,
        "TC-" + TEXT,
        TEXT[3:],
        "PK" + TEXT[2:],
        "XX" + TEXT[2:],
        TEXT + "=" * 4,
        TEXT[:-1] + "U",
        TEXT[:10] + "\x00" + TEXT[10:],
        TEXT + " " * 100,
        None,
        b"TC-28T5-CY4T-6714-V8KM-JJSR-BDR6",
        NUMBER,
        ["TC"],
    ],
)
def test_what_is_truncated_extended_or_no_text_is_refused(written: object) -> None:
    """Nothing is guessed and nothing raises."""
    assert TEXTS.read("code", written) is None


@given(NUMBERS)
def test_a_code_is_not_a_passkey(number: int) -> None:
    """Neither by its own prefix nor by the other's: each kind has a key of its own."""
    code = TEXTS.text("code", number, TEXTS.newest)
    assert code is not None
    assert TEXTS.read("passkey", code) is None
    assert TEXTS.read("passkey", "PK" + code[2:]) is None


@given(NUMBERS)
def test_another_sites_key_signs_nothing_here(number: int) -> None:
    """A text made with a key we do not have is forged, whatever fingerprint it claims."""
    foreign = CodeTexts([b"foreign key"])
    text = foreign.text("code", number, foreign.newest)
    assert foreign.read("code", text) == Signed("code", number, foreign.newest)
    assert TEXTS.read("code", text) is None


def test_the_newest_key_signs_and_older_ones_still_read() -> None:
    """Rotation leaves printed codes alone until their key is removed; then they stop, and show no text."""
    before, after = CodeTexts([OLD]), CodeTexts([NEW])
    printed = before.text("code", 7, before.newest)
    assert TEXTS.newest == after.newest == key_fingerprint(NEW)
    assert TEXTS.fingerprints == {before.newest, after.newest}
    assert TEXTS.read("code", printed) == Signed("code", 7, before.newest)
    assert TEXTS.text("code", 7, before.newest) == printed
    assert after.read("code", printed) is None
    assert after.text("code", 7, before.newest) is None


def test_a_fingerprint_tells_nothing_of_its_key() -> None:
    """Sixteen hex digits, the same for the same key, kept with every code: a golden value."""
    assert key_fingerprint(NEW) == "b7f77d6d03b388f1"


def test_a_number_has_forty_bits() -> None:
    """Every number fits the eight letters that carry it, and they are drawn at random."""
    drawn = {new_number() for _ in range(1000)}
    assert all(0 <= number < 2**40 for number in drawn)
    assert len(drawn) > 990
    assert max(drawn) >= 2**39  # 1000 draws that all lack the highest bit: once in 2**1000


def test_only_the_last_four_are_shown() -> None:
    """Enough to tell codes apart, of the signature's end."""
    assert last_four(TEXT) == "BDR6"


def test_the_alphabet_leaves_out_what_is_mistaken() -> None:
    """Thirty-two letters without I, L, O and U."""
    assert CROCKFORD == "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
