"""Our lists of countries, currencies and zones against Babel's CLDR data."""

from __future__ import annotations

from datetime import date

import pytest
from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_precision

from flask_training_credits.domain.iso import COUNTRIES, CURRENCIES, minor_digits, zone

NOT_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
"""What CLDR names beside the countries of ISO 3166-1."""


def test_countries_are_those_of_iso_3166() -> None:
    """Exactly the territories that CLDR knows, without its own additions and the retired ones it replaces."""
    retired = set(get_global("territory_aliases"))
    known = {code for code in Locale("en").territories if len(code) == 2 and code.isalpha()}
    assert known - NOT_COUNTRIES - retired == COUNTRIES


def test_currencies_are_those_that_somebody_pays_with() -> None:
    """Every currency that CLDR has as legal tender of some territory today is known."""
    today = {
        code
        for rows in get_global("territory_currencies").values()
        for code, _, end, is_tender in rows
        if is_tender and (end is None or date(*end) > date(2026, 1, 1))
    }
    assert today - CURRENCIES <= {"BGN", "CHE", "CHW"}
    assert set(Locale("en").currencies) >= CURRENCIES


@pytest.mark.parametrize("currency", ["USD", "EUR", "JPY", "KRW", "CLP", "KWD", "BHD", "TND", "ISK", "CHF", "XOF"])
def test_currencies_have_the_decimals_of_iso_4217(currency: str) -> None:
    """None, two or three."""
    assert minor_digits(currency) == get_currency_precision(currency)


@pytest.mark.parametrize("currency", ["", "usd", "US", "USDX", "XXX", "€", None])
def test_what_is_not_a_currency_in_use_is_refused(currency: str) -> None:
    """In capitals, three letters, money somebody can pay with."""
    with pytest.raises(ValueError, match="is not an ISO 4217 currency code"):
        minor_digits(currency)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "Europe/Berlin\x00"]
)
def test_what_is_not_a_zone_is_refused(name: str) -> None:
    """Whatever the name would be as a path."""
    with pytest.raises(ValueError, match="is not an IANA time zone"):
        zone(name)


def test_a_zone_is_found_by_its_name() -> None:
    """As IANA writes it."""
    assert zone("Europe/Berlin").key == "Europe/Berlin"
