"""Routes as data: one description registers a view, reads its input, dumps its answer and documents it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..domain.values import Person
from ..errors import NotSignedIn
from ..schemas.base import Query, Request
from ..schemas.common import Nothing as NoFields
from ..services.idempotency import Claim
from .answers import Answer, Nothing, Table


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a view gets: who calls, and the validated input."""

    caller: Person | None
    """None: a visitor, on public routes only."""
    body: Mapping[str, Any]
    query: Mapping[str, Any]
    key: Claim | None
    """What the `Idempotency-Key` claims, on routes that move credits."""
    address: str | None
    """Where the request came from; codes are throttled by it."""

    @property
    def person(self) -> Person:
        """Who is signed in. Raises `NotSignedIn`."""
        if self.caller is None:
            raise NotSignedIn
        return self.caller


View = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One method on one path."""

    method: str
    path: str
    view: View
    tag: str
    answer: Answer | Table
    status: int
    body: Request | None
    query: Query | None
    moves_credits: bool
    """Marked ⚑ in the contract: needs an `Idempotency-Key`."""
    public: bool
    """Open to visitors."""
    staff: str | None
    """On staff's routes the action that the host's `Permissions.may` is asked for."""

    @property
    def name(self) -> str:
        """The endpoint's name within its blueprint, and its `operationId`."""
        return self.view.__name__


class Routes:
    """The endpoints of one noun. `@routes.get(…)` and its like describe a view and leave it as it is."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self._endpoints: list[Endpoint] = []

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self._endpoints)

    def get(
        self,
        path: str,
        *,
        answer: Answer | Table,
        query: Query | None = None,
        public: bool = False,
        staff: str | None = None,
    ) -> Callable[[View], View]:
        """Describe a read."""
        return self._add("GET", path, answer=answer, query=query, public=public, staff=staff)

    def post(
        self,
        path: str,
        *,
        answer: Answer,
        body: Request | None = None,
        status: int = 200,
        moves_credits: bool = False,
        staff: str | None = None,
    ) -> Callable[[View], View]:
        """Describe an action; one that makes something has status 201."""
        return self._add(
            "POST",
            path,
            answer=answer,
            body=body or NoFields(),
            status=status,
            moves_credits=moves_credits,
            staff=staff,
        )

    def patch(self, path: str, *, answer: Answer, body: Request, staff: str | None = None) -> Callable[[View], View]:
        """Describe a change."""
        return self._add("PATCH", path, answer=answer, body=body, staff=staff)

    def delete(self, path: str, *, body: Request | None = None) -> Callable[[View], View]:
        """Describe a removal, answered with nothing."""
        return self._add("DELETE", path, answer=Nothing(), body=body or NoFields(), status=204)

    def _add(
        self,
        method: str,
        path: str,
        *,
        answer: Answer | Table,
        body: Request | None = None,
        query: Query | None = None,
        status: int = 200,
        moves_credits: bool = False,
        public: bool = False,
        staff: str | None = None,
    ) -> Callable[[View], View]:
        def describe(view: View) -> View:
            self._endpoints.append(
                Endpoint(
                    method=method,
                    path=path,
                    view=view,
                    tag=self.tag,
                    answer=answer,
                    status=status,
                    body=body,
                    query=query,
                    moves_credits=moves_credits,
                    public=public,
                    staff=staff,
                )
            )
            return view

        return describe
