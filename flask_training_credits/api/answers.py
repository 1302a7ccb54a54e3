"""Answers: how a service's result becomes the text of a response."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from flask import Response, stream_with_context
from marshmallow import Schema

from ..domain.wire import to_wire
from ..schemas.common import page_of
from ..services.results import Page

MEDIA_JSON = "application/json"
MEDIA_PROBLEM = "application/problem+json"
MEDIA_CSV = "text/csv; charset=utf-8"


def to_json(data: Any) -> str:
    """Compact JSON, whatever the host has made of Flask's."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True)
class Document:
    """One resource."""

    schema: Schema

    def text(self, result: Any) -> str:
        """The resource as JSON."""
        return to_json(self.schema.dump(result))


@dataclass(frozen=True)
class Listing:
    """A page of resources; a service that answers a plain list has one page."""

    item: Schema

    @property
    def schema(self) -> Schema:
        """The schema of the page."""
        return page_of(type(self.item))()

    def text(self, result: Page[Any] | Sequence[Any]) -> str:
        """The page as JSON."""
        page = result if isinstance(result, Page) else Page(result, None)
        return to_json({"items": self.item.dump(page.items, many=True), "next_cursor": page.next_cursor})


@dataclass(frozen=True)
class Batch:
    """Resources made together, perhaps ten thousand.

    They are written by `to_wire`, which is several times faster than the schema; a test holds the two equal.
    """

    schema: Schema

    def text(self, result: Sequence[Any]) -> str:
        """The batch as JSON."""
        return to_json({"items": [to_wire(item) for item in result]})


@dataclass(frozen=True)
class Nothing:
    """No content."""

    schema: None = None

    def text(self, result: Any) -> str:
        """Nothing."""
        return ""


@dataclass(frozen=True)
class Table:
    """A CSV file, sent row by row. `words` are the columns people write: a spreadsheet must not run them."""

    filename: str
    columns: Sequence[str]
    words: frozenset[str] = frozenset()
    schema: None = None

    def respond(self, rows: Iterable[Any]) -> Response:
        """The file. The first row is fetched at once, so that an error is still a problem and not half a file."""
        iterator = iter(rows)
        first = list(_take_one(iterator))
        lines = self.lines(chain(first, iterator))
        response = Response(stream_with_context(lines), content_type=MEDIA_CSV)
        response.headers.set("Content-Disposition", "attachment", filename=self.filename)
        return response

    def lines(self, rows: Iterable[Any]) -> Iterator[str]:
        """The file, in chunks of text."""
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(self.columns)
        for row in rows:
            if buffer.tell() > 64_000:  # noqa: PLR2004  # a chunk worth sending
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
            writer.writerow([self._cell(column, getattr(row, column)) for column in self.columns])
        yield buffer.getvalue()

    def _cell(self, column: str, value: Any) -> str:
        text = "" if value is None else str(to_wire(value))
        return guarded(text) if column in self.words else text


def guarded(text: str) -> str:
    """Text that a spreadsheet shows instead of running it as a formula (OWASP, "CSV Injection")."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _take_one(rows: Iterator[Any]) -> Iterator[Any]:
    for row in rows:
        yield row
        return


Answer = Document | Listing | Batch | Nothing
Render = Callable[[Any], tuple[int, str]]
