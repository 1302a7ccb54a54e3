"""Reading forms: every field is read, every mistake is named, and what was typed stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import TypeVar

from ..domain.amounts import parse_credits
from ..domain.iso import COUNTRIES
from ..errors import Invalid
from .i18n import translate

T = TypeVar("T")


class Fields:
    """The fields of one form. Each reader returns the value, or None when it is empty or wrong.

    `check()` raises `Invalid` with everything that was wrong; call it before using what was read.
    """

    def __init__(self, form: Mapping[str, str]) -> None:
        self._form = form
        self.errors: dict[str, list[str]] = {}

    def text(self, name: str, *, required: bool = False, longest: int = 255) -> str | None:
        """A line of text without white space at its ends."""
        value = self._form.get(name, "").strip()
        if not value:
            if required:
                self.fail(name, translate("Fill in this field."))
            return None
        if len(value) > longest:
            self.fail(name, translate("Use at most {n} characters.", n=longest))
            return None
        return value

    def credits(self, name: str, *, required: bool = False) -> Decimal | None:
        """An amount of credits."""
        return self._read(name, parse_credits, required=required)

    def whole(self, name: str, *, required: bool = False, least: int = 1, most: int = 1_000_000) -> int | None:
        """A whole number within bounds."""

        def read(text: str) -> int:
            if not re.fullmatch("[0-9]{1,9}", text, re.ASCII) or not least <= int(text) <= most:
                raise ValueError(translate("Write a whole number from {least} to {most}.", least=least, most=most))
            return int(text)

        return self._read(name, read, required=required)

    def day(self, name: str, *, required: bool = False) -> date | None:
        """A day, as browsers send it."""

        def read(text: str) -> date:
            try:
                return date.fromisoformat(text)
            except ValueError:
                raise ValueError(translate("Write the day as year-month-day, for example 2027-03-15.")) from None

        return self._read(name, read, required=required)

    def end_of_day(self, name: str, zone: tzinfo = UTC) -> datetime | None:
        """The instant after a last day: the following midnight in the zone."""
        day = self.day(name)
        return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC) if day else None

    def country(self, name: str) -> str | None:
        """A country by its two letters."""

        def read(text: str) -> str:
            if text.upper() not in COUNTRIES:
                raise ValueError(translate("Write a country as two letters, for example DE."))
            return text.upper()

        return self._read(name, read, required=False)

    def choice(self, name: str, allowed: Collection[str], *, default: str | None = None) -> str | None:
        """One of the allowed values."""
        value = self._form.get(name, "").strip()
        if not value and default is not None:
            return default
        if value in allowed:
            return value
        self.fail(name, translate("Choose one of these."))
        return None

    def words(self, name: str) -> list[str] | None:
        """A list written with commas, spaces or new lines between; None when it is empty."""
        return [word for word in re.split(r"[\s,;]+", self._form.get(name, "")) if word] or None

    def fail(self, name: str, problem: str) -> None:
        """Note that a field is wrong."""
        self.errors.setdefault(name, []).append(problem)

    def check(self) -> None:
        """Raise `Invalid` with all that was wrong, if anything was."""
        if self.errors:
            raise Invalid(self.errors)

    def _read(self, name: str, read: Callable[[str], T], *, required: bool) -> T | None:
        text = self.text(name, required=required)
        if text is None:
            return None
        try:
            return read(text)
        except ValueError as error:
            self.fail(name, str(error))
            return None
