"""What templates may ask: `tc`, the one name we add to the host's template globals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from urllib.parse import urlsplit

from flask import g, request, url_for
from markupsafe import Markup

from ..domain.values import Money
from ..errors import CreditsError, HookFailed
from ..proxy import current_credits
from ..services.results import Account, OfferingView
from . import csrf, guards, notices, once, refusals, times, words
from .history import names_of
from .i18n import flask_babel, translate
from .numbers import show_money


class PageTools:
    """Called, it translates: `tc("Apply")`. Everything it offers works in macros imported without context."""

    def __call__(self, message: str, /, **values: object) -> str:
        """The message in the reader's language."""
        return translate(message, **values)

    # What a form needs.
    def form_fields(self) -> Markup:
        """The hidden inputs of a form that only this page can have made."""
        return csrf.hidden_field()

    def once(self) -> Markup:
        """The hidden input that makes a form act once however often it is sent."""
        return Markup('<input type="hidden" name="{}" value="{}">').format(once.FIELD, once.new_key())

    # How things are shown.
    def day(self, moment: datetime | date, zone: tzinfo | None = None) -> Markup:
        """The day of an instant."""
        return times.show_day(moment, zone or self._zone())

    def last_day(self, ends_at: datetime, zone: tzinfo | None = None) -> Markup:
        """The last day before an end."""
        return times.show_last_day(ends_at, zone or self._zone())

    def moment(self, moment: datetime) -> Markup:
        """Day and time of an instant, in the reader's zone."""
        return times.show_moment(moment, self._zone())

    def money(self, money: Money | None) -> str:
        """An amount of money."""
        return show_money(money)

    def people(self, user_ids: Iterable[str | None]) -> Mapping[str, str]:
        """Names by user id; somebody the host knows no more is a former user."""
        wanted = [user_id for user_id in user_ids if user_id]
        return {**dict.fromkeys(wanted, translate("former user")), **names_of(wanted)}

    def tail(self, code: str) -> str:
        """The last four characters of a code, which is all that is shown of it."""
        return "".join(code.split()).replace("-", "")[-4:].upper()

    def safe_url(self, url: str | None) -> str | None:
        """The host's address if it is a path or a web address; anything else is not linked."""
        if not url:
            return None
        parts = urlsplit(url)
        is_path = not parts.scheme and not parts.netloc and url.startswith("/")
        return url if is_path or parts.scheme in {"http", "https"} else None

    def role(self, role: str | None) -> str:
        """A role in words; staff count as owners, and are told what they are."""
        role = "staff" if self.is_staff else role
        return translate(words.ROLES.get(role or "", ""))

    def rule(self, rule: Mapping[str, Sequence[str]]) -> str:
        """What a matcher of kinds and deliveries lets through, in words."""
        return words.rule(rule)

    def today(self) -> str:
        """The present day, as a date field takes it."""
        return current_credits.hooks.clock().astimezone(self._zone()).date().isoformat()

    def whom_to_ask(self, contact: str | None = None) -> Markup | None:
        """Whom to ask, with e-mail addresses as links."""
        return refusals.whom_to_ask(contact)

    def api(self, path: str) -> str:
        """The address of an API path, for downloads."""
        root: str = request.script_root
        return f"{root}{current_credits.settings.url_prefix}/api/v1{path}"

    @property
    def language(self) -> str:
        """The language of the page, as HTML has it."""
        babel = flask_babel()
        return str(babel.get_locale()).replace("_", "-") if babel else "en"

    def notice(self) -> str | None:
        """What has just been done, once."""
        return notices.take()

    # What macros show.
    @property
    def is_shown(self) -> bool:
        """Whether the reader is shown anything of training credits."""
        try:
            return guards.is_shown_to(current_credits.person())
        except HookFailed:  # the error page has this layout, too
            return False

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return current_credits.person() is not None

    @property
    def is_staff(self) -> bool:
        """Whether the reader is staff."""
        try:
            return guards.is_staff(current_credits.person())
        except HookFailed:
            return False

    def offering(self, offering_id: str) -> OfferingView | None:
        """The offering as any visitor sees it, if it takes credits and the reader is shown credits at all."""
        if not self.is_shown:
            return None
        kept: dict[str, OfferingView | None] = g.setdefault("_training_credits_offerings", {})
        if offering_id not in kept:
            try:
                view = current_credits.checkout.offering(offering_id, person=None)
            except CreditsError:  # not sold, or the catalog failed: the host's page goes on without us
                kept[offering_id] = None
            else:
                kept[offering_id] = view if view.accepts_credits else None
        return kept[offering_id]

    def accounts(self) -> list[Account]:
        """The reader's accounts, asked for once a request."""
        person = current_credits.person()
        if person is None or not self.is_shown:
            return []
        kept: dict[str, list[Account]] = g.setdefault("_training_credits_accounts", {})
        if person.id not in kept:
            kept[person.id] = list(current_credits.accounts.list(viewer=person, limit=50).items)
        return kept[person.id]

    def here(self, endpoint: str) -> str:
        """The `aria-current` attribute when the reader is on this page of ours."""
        return Markup(' aria-current="page"') if request.endpoint == f"training_credits.{endpoint}" else ""

    def with_query(self, endpoint: str) -> str:
        """The address of a page of ours, with the query of this one."""
        return f"{url_for(f'training_credits.{endpoint}')}?{request.query_string.decode()}"

    def stylesheet_url(self) -> str:
        """The address of our stylesheet."""
        return url_for("training_credits.static", filename="training_credits.css")

    def _zone(self) -> tzinfo:
        person = current_credits.person()
        return times.zone_of(person.timezone) if person and person.timezone else UTC
