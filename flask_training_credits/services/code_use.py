"""Codes in the hands of learners: checked, applied to an offering, kept for later."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.exc import IntegrityError

from ..domain.amounts import from_hundredths
from ..domain.eligibility import CodeLimits
from ..domain.refusals import Facts, Source, refuse_source
from ..domain.values import Item, OtherCode, Person
from ..errors import Invalid, NotFound
from ..models import Code, KeptCode
from . import results
from .asking import ask
from .checkout import Checkout
from .code_rows import limits_of
from .core import Core
from .explaining import explain, refused
from .ids import new_id
from .sources import Sources
from .unit import Unit

codes: Table = Code.__table__  # type: ignore[assignment]  # declarative says FromClause
kept_codes: Table = KeptCode.__table__  # type: ignore[assignment]


class CodeUse:
    """What learners do with codes."""

    def __init__(self, core: Core, sources: Sources, checkout: Checkout) -> None:
        self._core = core
        self._sources = sources
        self._checkout = checkout

    def check(self, text: str, *, person: Person, address: str | None = None) -> results.CodeCheck:
        """What is left on a code and what it buys.

        Refuses with `code_not_usable` (one flat answer for everything unauthentic, unknown or revoked, throttled),
        or precisely with `code_not_started`, `code_expired`, `code_used_up`, `not_for_you`, `email_not_verified`.
        """
        source, limits = self._authentic(text, person, address)
        remaining = limits.remaining
        return results.CodeCheck(
            remaining=None if remaining is None else from_hundredths(remaining),
            expires_at=limits.expires_at,
            label=source.label,
            applies_to=results.AppliesTo(
                offering_ids=limits.offering_ids, kinds=limits.kinds, deliveries=limits.deliveries
            ),
        )

    def apply(
        self, text: str, offering_id: str, quantity: int = 1, *, person: Person, address: str | None = None
    ) -> results.QuoteItem:
        """The quote of one offering paid with a code; refusals are in it, but for the flat `code_not_usable`."""
        try:
            quote = self._checkout.quote(person, [Item(offering_id, quantity, code=text)], address=address)
        except Invalid as error:
            raise Invalid({name.removeprefix("items.0."): told for name, told in error.errors.items()}) from None
        item = quote.items[0]
        if item.refusal is not None and item.refusal.code == "code_not_usable":
            raise refused(item.refusal)
        return item

    def enter(
        self, text: str, offering_id: str, *, person: Person, address: str | None = None
    ) -> results.QuoteItem | OtherCode:
        """What the shared box for promotion, license and credit codes makes of a text.

        A credit code gives its quote; anything else is shown to the host's `other_codes` hook. What neither knows
        is refused with the flat `code_not_usable`.
        """
        other_codes = self._core.host.hooks.other_codes
        if other_codes is not None and self._core.texts.read("code", text) is None:
            offering = self._core.host.offerings([offering_id]).get(offering_id)
            if offering is None:
                raise NotFound
            known: OtherCode | None = ask("other_codes", lambda: other_codes.apply(text, offering, person))
            if known is not None:
                return known
        return self.apply(text, offering_id, person=person, address=address)

    def kept(self, person: Person) -> Sequence[results.KeptCode]:
        """The codes the person keeps, newest first; revoked ones are left out."""
        query = (
            select(kept_codes.c.id.label("kept_id"), codes)
            .join(codes, codes.c.id == kept_codes.c.code_id)
            .where(kept_codes.c.user_id == person.id, codes.c.revoked_at.is_(None))
            .order_by(kept_codes.c.id.desc())
        )
        found = []
        for row in self._core.store.execute(query):
            remaining = limits_of(row._mapping).remaining
            found.append(
                results.KeptCode(
                    id=row.kept_id,
                    last_four=row.last_four,
                    label=row.label,
                    remaining=None if remaining is None else from_hundredths(remaining),
                    expires_at=row.expires_at,
                )
            )
        return found

    def keep(self, text: str, *, person: Person, address: str | None = None) -> results.KeptCode:
        """Keep a code for later; keeping it twice changes nothing. Commits. Refuses like `check`."""
        source, _ = self._authentic(text, person, address)
        row = {"id": new_id("kep", self._core.clock()), "user_id": person.id, "code_id": source.code_id}

        def work(unit: Unit) -> None:
            unit.execute(insert(kept_codes), [{**row, "created_at": self._core.clock()}])

        try:
            self._core.units.run(work)
        except IntegrityError:
            query = select(kept_codes.c.id).where(
                kept_codes.c.user_id == person.id, kept_codes.c.code_id == source.code_id
            )
            row["id"] = self._core.store.execute(query).scalar_one()
        return next(kept for kept in self.kept(person) if kept.id == row["id"])

    def text_of(self, kept_id: str, *, person: Person) -> str:
        """The text of a code the person keeps, for our own checkout page. Raises `NotFound`."""
        query = (
            select(codes.c.number, codes.c.key_fingerprint)
            .join(kept_codes, kept_codes.c.code_id == codes.c.id)
            .where(kept_codes.c.id == kept_id, kept_codes.c.user_id == person.id, codes.c.revoked_at.is_(None))
        )
        row = self._core.store.execute(query).one_or_none()
        text = self._core.texts.text("code", row.number, row.key_fingerprint) if row is not None else None
        if text is None:
            raise NotFound
        return text

    def drop(self, kept_id: str, *, person: Person) -> None:
        """Stop keeping a code. Commits. Raises `NotFound`."""
        mine = delete(kept_codes).where(kept_codes.c.id == kept_id, kept_codes.c.user_id == person.id)
        if self._core.units.run(lambda unit: unit.execute(mine).rowcount) != 1:
            raise NotFound

    def _authentic(self, text: str, person: Person, address: str | None) -> tuple[Source, CodeLimits]:
        self._core.attempts.check(person.id, address)
        key = ("code", text)
        source = self._sources.find(person, [key]).get(key)
        facts = Facts(buyer=person, learner=person, quantity=1, now=self._core.clock(), source=source)
        no = refuse_source(facts)
        if no is not None:
            if source is None:
                self._core.attempts.failed(person.id, address)
            raise refused(explain(facts, no, self._core.settings))
        if source is None or source.code is None:
            raise AssertionError("what is missing was refused above")
        return source, source.code
