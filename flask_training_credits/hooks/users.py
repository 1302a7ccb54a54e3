"""People from the host's own user table, through its session, whatever its primary key is."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from flask import current_app, has_request_context
from sqlalchemy import Dialect, Uuid, func, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session, scoped_session
from sqlalchemy.types import TypeDecorator, TypeEngine

from ..domain.values import Person
from .protocols import Users

Attribute = str | Callable[[Any], Any]
"""The name of an attribute of the host's user, or a function of the user."""

NAMES: Final = ("name", "full_name", "display_name", "username", "email")
"""Where a person's name is looked for, in this order, when the host does not say."""

_LARGEST_INTEGER: Final = 2**63 - 1
_AT_ONCE: Final = 1000


class SQLAlchemyUsers(Users):
    """The host's user model as people. Each option is an attribute's name or a function of the user.

    `id` is an attribute's name, by default the primary key; a model with a primary key of several columns is known
    by what `get_id()` says and loaded by Flask-Login's user loader. Attributes named like an option are found by
    themselves. Raises `ValueError` for a name that the model does not have.

    Who is signed in is Flask-Login's `current_user`. Everybody else is loaded in the host's `db.session`.
    """

    def __init__(
        self,
        model: type[Any],
        *,
        id: str | None = None,  # noqa: A002  # the name hosts write
        name: Attribute | None = None,
        email: Attribute | None = None,
        email_verified: Attribute | None = None,
        is_active: Attribute | None = None,
        given_name: Attribute | None = None,
        family_name: Attribute | None = None,
        country: Attribute | None = None,
        locale: Attribute | None = None,
        timezone: Attribute | None = None,
    ) -> None:
        self.model = model
        self._id = id or _primary_key(model)
        given: dict[str, Attribute | None] = {
            "name": name or next((candidate for candidate in NAMES if hasattr(model, candidate)), None),
            "email": email,
            "email_verified": email_verified,
            "is_active": is_active,
            "given_name": given_name,
            "family_name": family_name,
            "country": country,
            "locale": locale,
            "timezone": timezone,
        }
        wanted = [self._id, *given.values()]
        if missing := [entry for entry in wanted if isinstance(entry, str) and not hasattr(model, entry)]:
            raise ValueError(f"{model.__name__} has no attribute {', '.join(missing)}; name another or pass a function")
        self._attributes: dict[str, Attribute] = {
            option: attribute or option for option, attribute in given.items() if attribute or hasattr(model, option)
        }

    def current(self) -> Person | None:
        """Who is signed in; None for visitors, outside a request and in an app without Flask-Login."""
        if not has_request_context() or not hasattr(current_app, "login_manager"):
            return None
        from flask_login import current_user

        user = current_user._get_current_object()  # noqa: SLF001  # a proxy's documented way out
        if not user.is_authenticated:
            return None
        if isinstance(user, self.model):
            return self.person(user)
        known_by = str(user.get_id())
        return self.get_many([known_by]).get(known_by)

    def get_many(self, user_ids: Collection[str]) -> Mapping[str, Person]:
        """People by id, in one query. An id that no user can have is missing, like one that no user has."""
        users = self._load_one_by_one(user_ids) if self._id is None else self._select(self._id, user_ids)
        people = (self.person(user) for user in users)
        wanted = frozenset(user_ids)
        # A database may compare without case or trailing space; ids are compared exactly.
        return {person.id: person for person in people if person.id in wanted}

    def find_by_email(self, email: str) -> Person | None:
        """The one user with this address, compared without case; needs an `email` that the database can compare."""
        column = getattr(self.model, str(self._attributes.get("email")), None)
        if column is None:
            return None
        users = self._session().scalars(select(self.model).where(func.lower(column) == email.lower())).unique().all()
        return self.person(users[0]) if len(users) == 1 else None

    def person(self, user: Any) -> Person:
        """The host's user as a `Person`."""
        id_ = str(user.get_id() if self._id is None else getattr(user, self._id))
        return Person(
            id=id_,
            name=str(self._read(user, "name") or id_),
            email=self._text(user, "email"),
            email_verified=bool(self._read(user, "email_verified")),
            is_active=bool(self._read(user, "is_active", default=True)),
            given_name=self._text(user, "given_name"),
            family_name=self._text(user, "family_name"),
            country=self._text(user, "country"),
            locale=self._text(user, "locale"),
            timezone=self._text(user, "timezone"),
            user=user,
        )

    def _read(self, user: Any, option: str, *, default: Any = None) -> Any:
        attribute = self._attributes.get(option)
        if attribute is None:
            return default
        return getattr(user, attribute) if isinstance(attribute, str) else attribute(user)

    def _text(self, user: Any, option: str) -> str | None:
        value = self._read(user, option)
        return str(value) if value else None

    def _select(self, id_attribute: str, user_ids: Iterable[str]) -> Iterable[Any]:
        column: InstrumentedAttribute[Any] = getattr(self.model, id_attribute)
        session = self._session()
        dialect = session.get_bind(self.model).dialect
        keys = [key for id_ in user_ids if (key := key_value(column.type, id_, dialect)) is not None]
        for start in range(0, len(keys), _AT_ONCE):
            statement = select(self.model).where(column.in_(keys[start : start + _AT_ONCE]))
            yield from session.scalars(statement).unique()

    def _load_one_by_one(self, user_ids: Iterable[str]) -> Iterable[Any]:
        # Flask-Login puts itself on the app and has no other way to the host's loader.
        load = current_app.login_manager._user_callback  # type: ignore[attr-defined]  # noqa: SLF001
        return (user for id_ in user_ids if (user := load(id_)) is not None)

    def _session(self) -> Session | scoped_session[Session]:
        session: Session | scoped_session[Session] = current_app.extensions["training_credits"].db.session
        return session


def key_value(type_: TypeEngine[Any], text: str, dialect: Dialect) -> Any | None:
    """The id as the column's Python value; None if no row can have it, because nothing else is spelled like that."""
    try:
        if isinstance(type_, TypeDecorator):  # the host's own type; it says itself what it cannot store
            type_.process_bind_param(text, dialect)
            return text
        if isinstance(type_, Uuid):
            key = uuid.UUID(text)
            return None if str(key) != text else key if type_.as_uuid else text
        kind = type_.python_type
        if kind is int:
            number = int(text) if re.fullmatch(r"-?[0-9]{1,19}", text, re.ASCII) else None
            return number if number is not None and str(number) == text and abs(number) <= _LARGEST_INTEGER else None
    except NotImplementedError:
        return text
    except (TypeError, ValueError, AttributeError):
        return None
    return text


def _primary_key(model: type[Any]) -> str | None:
    """The attribute of a primary key of one column, None for one of several."""
    mapper = inspect(model)
    if len(mapper.primary_key) != 1:
        return None
    return str(mapper.get_property_by_column(mapper.primary_key[0]).key)
