"""Names, ids, addresses and codes of standards."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError, fields

from flask_training_credits.schemas.accounts import MailDomain
from flask_training_credits.schemas.common import PersonReference
from flask_training_credits.schemas.words import (
    CountryCode,
    CurrencyCode,
    Key,
    OfferingId,
    Text,
    WebAddress,
    ZoneName,
)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (CountryCode(), "US"),
        (CurrencyCode(), "JPY"),
        (ZoneName(), "America/New_York"),
        (Key(), "learning-credits_2.0"),
        (OfferingId(), "course:Éa b"),
        (OfferingId(), "x" * 255),
        (Text(), "Grüße\nan alle"),
        (WebAddress(), "https://lms.example/terms?v=2#top"),
        (WebAddress(), "/terms"),
        (MailDomain(), "mail.example.com"),
        (PersonReference(), "amy@example.com"),
        (PersonReference(), "17"),
    ],
)
def test_good_words_pass_unchanged(field: fields.Field[Any], value: str) -> None:
    """What is right is kept as it is."""
    assert field.deserialize(value) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (CountryCode(), "us"),
        (CountryCode(), "XX"),
        (CountryCode(), "USA"),
        (CurrencyCode(), "usd"),
        (CurrencyCode(), "XXX"),
        (CurrencyCode(), 840),
        (ZoneName(), "Mars/Olympus"),
        (ZoneName(), "../../etc/passwd"),
        (ZoneName(), ""),
        (Key(), ""),
        (Key(), "a b"),
        (Key(), "a/b"),
        (Key(), "x" * 65),
        (Key(), "key\n"),
        (OfferingId(), ""),
        (OfferingId(), "x" * 256),
        (OfferingId(), "a/b"),
        (OfferingId(), "a\x00b"),
        (OfferingId(), "a\x1bb"),
        (OfferingId(), "a\u202eb"),
        (OfferingId(), " a"),
        (OfferingId(), 7),
        (Text(), ""),
        (Text(), " \n "),
        (Text(), "a\x00b"),
        (Text(), "x" * 256),
        (Text(), 7),
        (WebAddress(), "javascript:alert(1)"),
        (WebAddress(), "//evil.example"),
        (WebAddress(), "data:text/html,x"),
        (WebAddress(), "https://"),
        (WebAddress(), "https://a.example/" + "x" * 2000),
        (MailDomain(), "localhost"),
        (MailDomain(), "a@example.com"),
        (MailDomain(), "exa mple.com"),
        (PersonReference(), ""),
        (PersonReference(), 17),
        (PersonReference(), {}),
        (PersonReference(), {"user_id": "17", "email": "amy@example.com"}),
        (PersonReference(), {"name": "Amy"}),
        (PersonReference(), {"email": "Amy"}),
        (PersonReference(), {"email": 17}),
    ],
)
def test_other_words_are_refused(field: fields.Field[Any], value: Any) -> None:
    """Each says what it wants instead."""
    with pytest.raises(ValidationError):
        field.deserialize(value)


def test_text_loses_the_white_space_around_it() -> None:
    """People paste."""
    assert Text().deserialize("  Spring order \n") == "Spring order"


def test_mail_domains_lose_their_at_sign_and_case() -> None:
    """`@Example.com` is what people write."""
    assert MailDomain().deserialize("@Example.COM") == "example.com"


@pytest.mark.parametrize(
    ("named", "reference"), [({"user_id": "17"}, "17"), ({"email": "amy@example.com"}, "amy@example.com")]
)
def test_people_are_named_by_id_or_address(named: dict[str, str], reference: str) -> None:
    """The object says which of the two it is."""
    assert PersonReference().deserialize(named) == reference
