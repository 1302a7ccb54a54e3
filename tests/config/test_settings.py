"""Settings: defaults, readers, and complaints that name the remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Config

from flask_training_credits.config import PREFIX, Settings
from flask_training_credits.testing import person


def load(**values: Any) -> Settings:
    """Settings from these values, which must be good."""
    settings, problems = Settings.load(
        {"SECRET_KEY": "secret", **{PREFIX + name: value for name, value in values.items()}}
    )
    assert problems == []
    assert settings is not None
    return settings


def test_defaults_are_those_documented() -> None:
    """Nothing but a secret key is needed."""
    settings = load()

    assert settings == Settings(
        url_prefix="/credits",
        signing_keys=(b"secret",),
        bind_key=None,
        external_url=None,
        staff=(),
        enabled=True,
        base_template=None,
        content_block="content",
        title_block="title",
        templates=None,
        support_url=None,
        support_email=None,
        staff_email=None,
        cli_group="credits",
        quote_minutes=15,
        request_days=30,
        grace_days=30,
        expiry_notice_days=(90, 60, 30, 10, 0),
        code_attempts="10 per 10 minutes",
        rate_limit_storage="memory://",
        webhook_private_addresses=False,
    )


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("URL_PREFIX", "/learn/credits/", "/learn/credits"),
        ("URL_PREFIX", "/", ""),
        ("SIGNING_KEYS", ["old", b"new"], (b"old", b"new")),
        ("SIGNING_KEYS", "only", (b"only",)),
        ("EXTERNAL_URL", "https://lms.example/", "https://lms.example"),
        ("STAFF", [1, "root@lms.example"], ("1", "root@lms.example")),
        ("EXPIRY_NOTICE_DAYS", [30], (30,)),
        ("GRACE_DAYS", 0, 0),
        ("SUPPORT_EMAIL", None, None),
    ],
)
def test_values_are_read(name: str, value: object, read: object) -> None:
    """What may be written in several ways arrives in one."""
    assert getattr(load(**{name: value}), name.lower()) == read


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("URL_PREFIX", "credits", "must be a path such as \"/credits\", not 'credits'"),
        ("URL_PREFIX", "/<org>/credits", "must be a path such as \"/credits\", not '/<org>/credits'"),
        ("SIGNING_KEYS", [], "must be a list of strings or bytes, oldest to newest, none of them empty, not list"),
        (
            "SIGNING_KEYS",
            ["", "a"],
            "must be a list of strings or bytes, oldest to newest, none of them empty, not list",
        ),
        ("EXTERNAL_URL", "lms.example", "must be an address such as \"https://lms.example\", not 'lms.example'"),
        ("STAFF", "root", "must be a list of user ids and e-mail addresses, not 'root'"),
        ("ENABLED", "yes", "must be True, False or a callable that takes a Person or None, not 'yes'"),
        (
            "CONTENT_BLOCK",
            "my block",
            "must be the name of a block in BASE_TEMPLATE, such as \"content\", not 'my block'",
        ),
        ("SUPPORT_EMAIL", "root", "must be an e-mail address such as \"credits@lms.example\", or None, not 'root'"),
        ("CLI_GROUP", "", "must be the name of a command, such as \"credits\", not ''"),
        ("QUOTE_MINUTES", 0, "must be a whole number of at least 1, not 0"),
        ("QUOTE_MINUTES", True, "must be a whole number of at least 1, not True"),
        ("GRACE_DAYS", "30", "must be a whole number of at least 0, not '30'"),
        ("EXPIRY_NOTICE_DAYS", [-1], "must be a list of whole numbers of days, none negative, not [-1]"),
        ("CODE_ATTEMPTS", "often", "must be a rate limit such as \"10 per 10 minutes\", not 'often'"),
        (
            "RATE_LIMIT_STORAGE",
            "redis",
            'must be a storage address such as "memory://" or "redis://localhost:6379", not \'redis\'',
        ),
        ("WEBHOOK_PRIVATE_ADDRESSES", "no", "must be True or False, not 'no'"),
        ("BIND_KEY", "", "must be a string that is not empty, or None, not ''"),
    ],
)
def test_a_bad_value_is_named_with_its_remedy(name: str, value: object, complaint: str) -> None:
    """A complaint says which setting, what it must be and what it is; keys are not repeated."""
    settings, problems = Settings.load({"SECRET_KEY": "secret", PREFIX + name: value})

    assert settings is None
    assert problems == [f"{PREFIX}{name} {complaint}"]


def test_everything_wrong_is_said_at_once() -> None:
    """One start of the app is enough to learn of every mistake."""
    _, problems = Settings.load({PREFIX + "URL_PREFIX": 1, PREFIX + "STAFF": None})

    assert [problem.split()[0] for problem in problems] == [
        PREFIX + "URL_PREFIX",
        PREFIX + "STAFF",
        PREFIX + "SIGNING_KEYS",
    ]


def test_flask_keys_sign_in_their_order() -> None:
    """Flask lists its fallbacks newest first, we list keys oldest first."""
    settings, _ = Settings.load({"SECRET_KEY": "new", "SECRET_KEY_FALLBACKS": ["old", "oldest"]})

    assert settings is not None
    assert settings.signing_keys == (b"oldest", b"old", b"new")


def test_keys_are_not_in_the_repr() -> None:
    """Settings may end in a log."""
    assert "oldest-secret" not in repr(load(SIGNING_KEYS=["oldest-secret"]))


def test_staff_mail_goes_to_support_by_default() -> None:
    """Two addresses are for hosts that want two."""
    assert load(SUPPORT_EMAIL="help@lms.example").staff_email == "help@lms.example"
    assert load(SUPPORT_EMAIL="help@lms.example", STAFF_EMAIL="staff@lms.example").staff_email == "staff@lms.example"


def test_templates_are_a_folder_beside_the_application(tmp_path: Path) -> None:
    """A relative path starts at the application's root, like Flask's own folders."""
    (tmp_path / "mine").mkdir()
    config = Config(tmp_path, {"SECRET_KEY": "secret", PREFIX + "TEMPLATES": "mine"})

    settings, _ = Settings.load(config)
    config[PREFIX + "TEMPLATES"] = "theirs"
    _, problems = Settings.load(config)

    assert settings is not None
    assert settings.templates == str(tmp_path / "mine")
    assert problems == [
        f"{PREFIX}TEMPLATES must be the path of a folder that exists, or None, not {str(tmp_path / 'theirs')!r}"
    ]


def test_enabled_may_depend_on_the_person() -> None:
    """A callable is asked for each person, visitors included."""
    settings = load(ENABLED=lambda somebody: somebody is not None and somebody.id == "ada")

    assert settings.is_enabled(person(id="ada"))
    assert not settings.is_enabled(person(id="bob"))
    assert not settings.is_enabled(None)
    assert not load(ENABLED=False).is_enabled(person(id="ada"))
