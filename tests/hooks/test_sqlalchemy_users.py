"""People from a host's user table, whatever its primary key is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_login import LoginManager, UserMixin, login_user
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from flask_training_credits import Person, SQLAlchemyUsers
from flask_training_credits.hooks.users import key_value


class Base(DeclarativeBase):
    """The host's base."""


db = SQLAlchemy(model_class=Base)


class Numbered(UserMixin, db.Model):
    """The plainest user table."""

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]
    email: Mapped[str | None]
    email_verified: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str | None]

    @property
    def is_active(self) -> bool:
        """What Flask-Login asks."""
        return self.active


class Named(UserMixin, db.Model):
    """Users whose key is a string, of another name."""

    login: Mapped[str] = mapped_column(primary_key=True)


class Unique(UserMixin, db.Model):
    """Users whose key is a UUID."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class Tenant(UserMixin, db.Model):
    """Users whose key is two columns."""

    tenant: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)

    def get_id(self) -> str:
        """The two as one."""
        return f"{self.tenant}:{self.number}"


class Mounted:
    """All that the users hook needs of what `init_app` leaves behind."""

    db = db


@pytest.fixture
def app() -> Iterator[Flask]:
    """A host with users of every kind."""
    app = Flask(__name__)
    app.config.update(TESTING=True, SECRET_KEY="secret", SQLALCHEMY_DATABASE_URI="sqlite://")
    db.init_app(app)
    app.extensions["training_credits"] = Mounted
    login = LoginManager(app)

    @login.user_loader
    def load(user_id: str) -> Tenant | None:
        tenant, _, number = user_id.partition(":")
        return db.session.get(Tenant, (tenant, int(number)))

    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


def add(*users: Any) -> None:
    """Put users into the table."""
    db.session.add_all(users)
    db.session.commit()


def test_people_are_read_from_the_attributes_there_are(app: Flask) -> None:
    """Attributes with the names of ours are found by themselves, a name is looked for."""
    ada = Numbered(id=1, username="ada", email="Ada@lms.example", email_verified=True, locale="de")
    add(ada)

    people = SQLAlchemyUsers(Numbered).get_many(["1", "2"])

    assert people == {
        "1": Person("1", "ada", "Ada@lms.example", email_verified=True, is_active=True, locale="de"),
    }
    assert people["1"].user is ada


def test_attributes_can_be_named_or_computed(app: Flask) -> None:
    """A host's column may be called anything."""
    add(Numbered(id=1, username="ada", email="ada@lms.example", locale="AT"))
    users = SQLAlchemyUsers(
        Numbered, country="locale", name=lambda user: user.username.title(), is_active=lambda _: False
    )

    assert users.get_many(["1"]) == {
        "1": Person("1", "Ada", "ada@lms.example", is_active=False, country="AT", locale="AT"),
    }


def test_a_name_that_is_not_there_is_refused() -> None:
    """At the start, not at the first checkout."""
    with pytest.raises(ValueError, match="Numbered has no attribute mail; name another or pass a function"):
        SQLAlchemyUsers(Numbered, email="mail")


def test_an_id_may_be_any_column(app: Flask) -> None:
    """Hosts have public ids."""
    add(Numbered(id=1, username="ada"))

    assert SQLAlchemyUsers(Numbered, id="username").get_many(["ada", "1"]) == {"ada": Person("ada", "ada", None)}


def test_many_people_take_one_query(app: Flask) -> None:
    """However many are asked for."""
    add(*(Numbered(id=number, username=f"user {number}") for number in range(1, 301)))
    statements: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    people = SQLAlchemyUsers(Numbered).get_many([str(number) for number in range(500)])

    assert len(people) == 300
    assert len(statements) == 1


def test_ids_that_no_key_can_have_are_missing(app: Flask) -> None:
    """They reach no database, which might take offence or take `01` for `1`."""
    add(Numbered(id=1, username="ada"))

    assert SQLAlchemyUsers(Numbered).get_many(["ada", "01", "1.0", "١", "9" * 19, "9" * 40, "", " 1"]) == {}


def test_uuid_keys_are_compared_as_uuids(app: Flask) -> None:
    """SQLite keeps them without dashes; their text has one spelling."""
    key = uuid.uuid4()
    add(Unique(id=key))
    users = SQLAlchemyUsers(Unique)

    assert set(users.get_many([str(key), "ada"])) == {str(key)}
    assert users.get_many([key.hex, str(key).upper()]) == {}


def test_string_keys_are_compared_exactly(app: Flask) -> None:
    """Under another attribute's name, too."""
    add(Named(login="ada"))

    assert set(SQLAlchemyUsers(Named).get_many(["ada", "Ada", "ada "])) == {"ada"}


def test_keys_of_several_columns_go_by_get_id(app: Flask) -> None:
    """Flask-Login's loader knows how to find them."""
    add(Tenant(tenant="acme", number=7))

    assert set(SQLAlchemyUsers(Tenant).get_many(["acme:7", "acme:8"])) == {"acme:7"}


class Guid(sa.types.TypeDecorator[uuid.UUID]):
    """A host's own key type."""

    impl = sa.CHAR(32)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        """Take UUIDs and their text."""
        return uuid.UUID(str(value)).hex


KEY = uuid.UUID("12345678-1234-5678-1234-567812345678")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (sa.BigInteger(), "-5", -5),
        (sa.Integer(), "5x", None),
        (sa.Uuid(), str(KEY), KEY),
        (sa.Uuid(as_uuid=False), str(KEY), str(KEY)),
        (sa.Uuid(as_uuid=False), "ada", None),
        (Guid(), str(KEY), str(KEY)),
        (Guid(), "ada", None),
        (sa.types.NullType(), "ada", "ada"),
    ],
)
def test_an_id_becomes_what_the_column_holds(kind: Any, text: str, value: object) -> None:
    """None stands for: nobody can have this id."""
    assert key_value(kind, text, sa.create_engine("sqlite://").dialect) == value


def test_an_address_is_found_without_case(app: Flask) -> None:
    """And only if it is one person's."""
    add(Numbered(id=1, username="ada", email="Ada@lms.example"), Numbered(id=2, username="bob", email="b@lms.example"))
    add(Numbered(id=3, username="bib", email="B@lms.example"))
    users = SQLAlchemyUsers(Numbered)

    found = users.find_by_email("aDa@LMS.example")
    assert found is not None
    assert found.id == "1"
    assert users.find_by_email("b@lms.example") is None
    assert users.find_by_email("nobody@lms.example") is None
    assert SQLAlchemyUsers(Numbered, email=lambda user: user.email).find_by_email("ada@lms.example") is None


def test_who_is_signed_in_takes_no_query(app: Flask) -> None:
    """Flask-Login has loaded the user already."""
    ada = Numbered(id=1, username="ada")
    add(ada)
    users = SQLAlchemyUsers(Numbered)

    assert users.current() is None
    with app.test_request_context():
        assert users.current() is None
        login_user(ada)
        current = users.current()
        assert current == Person("1", "ada", None)
        assert current.user is ada


def test_a_signed_in_stand_in_is_looked_up(app: Flask) -> None:
    """Some hosts sign in an object that is not their model."""
    add(Numbered(id=1, username="ada"))

    class Session(UserMixin):
        id = 1

    with app.test_request_context():
        login_user(Session())
        assert SQLAlchemyUsers(Numbered).current() == Person("1", "ada", None)


def test_without_flask_login_nobody_is_signed_in() -> None:
    """An app may have users and no login, such as one for jobs."""
    with Flask(__name__).test_request_context():
        assert SQLAlchemyUsers(Numbered).current() is None
