"""What the README shows works as it stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask_login import LoginManager, UserMixin
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Mapped, mapped_column

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    """The one block of this language in the README."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return block


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Flask]:
    """An LMS with one course, into which the README's lines were pasted."""
    app = Flask("lms")
    app.config.update(TESTING=True, SECRET_KEY="test", SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/lms.sqlite")
    db = SQLAlchemy()

    class User(UserMixin, db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    class Course(db.Model):
        id: Mapped[str] = mapped_column(primary_key=True)
        title: Mapped[str]
        credits: Mapped[int]

    class Enrollment(db.Model):
        user_id: Mapped[str] = mapped_column(primary_key=True)
        course_id: Mapped[str] = mapped_column(primary_key=True)

    db.init_app(app)
    LoginManager(app).user_loader(lambda user_id: db.session.get(User, int(user_id)))
    names = {"app": app, "db": db, "User": User, "Course": Course, "Enrollment": Enrollment}
    exec(compile(example("python"), "README.md", "exec"), names)  # noqa: S102  # our own words
    with app.app_context():
        db.create_all()
        db.session.add(Course(id="networking", title="Introduction to Networking", credits=20))
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_mounted_extension_sells_the_course(shop: Flask) -> None:
    """The API of an app mounted like this answers with the course and its price."""
    offering = shop.test_client().get("/credits/api/v1/offerings/networking")

    assert offering.status_code == 200
    assert offering.json is not None
    assert (offering.json["title"], offering.json["price_credits"]) == ("Introduction to Networking", "20.00")


def test_the_macros_say_that_credits_are_accepted(shop: Flask) -> None:
    """The lines for the details page render."""
    course = {"id": "networking"}

    with shop.test_request_context():
        page = render_template_string(example("jinja"), course=course)

    assert "Accepts training credits" in page


def test_its_links_lead_somewhere() -> None:
    """Every file that the README links to is there."""
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
