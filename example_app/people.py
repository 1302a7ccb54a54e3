"""The front page, where a visitor becomes one of the demo's people with one click, and signing in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, login_user, logout_user

from .models import User, db
from .presets import PERSONAS, PRESETS
from .seed import demo_code

blueprint = Blueprint("people", __name__)
login_manager = LoginManager()
login_manager.login_view = "people.sign_in"
login_manager.login_message = None


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def load_user(user_id: str) -> User | None:
    """The user of a session."""
    return db.session.get(User, int(user_id))


@blueprint.get("/")
def home() -> str:
    """Say what this is, let the visitor be somebody, and suggest what to try."""
    preset = PRESETS[current_app.config["EXAMPLE_PRESET"]]
    return render_template("people/home.html", personas=PERSONAS, preset=preset, code=demo_code(preset))


@blueprint.get("/sign-in")
def sign_in() -> str:
    """Ask who you are, then go on to where you wanted to be."""
    return render_template("people/sign_in.html", personas=PERSONAS, next=request.args.get("next", ""))


@blueprint.post("/sign-in")
def become() -> ResponseReturnValue:
    """Sign in as one of the demo's people."""
    persona = next((p for p in PERSONAS if p.key == request.form.get("persona")), None)
    if persona is None:
        abort(400)
    user = db.session.scalars(db.select(User).filter_by(persona=persona.key)).one()
    logout_user()  # a changed person gets a new session, not the old one's leftovers
    login_user(user)
    return redirect(_own_path(request.form.get("next", "")) or url_for(persona.starts_at), 303)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Sign out."""
    logout_user()
    return redirect(url_for("people.home"), 303)


def _own_path(target: str) -> str | None:
    """A path of this site, or None: a sign-in form must not send people elsewhere."""
    parts = urlsplit(target)
    if not parts.path.startswith("/") or target.startswith("//") or "\\" in target:
        return None
    if parts.netloc and parts.netloc != request.host:
        return None
    return parts._replace(scheme="", netloc="").geturl()
