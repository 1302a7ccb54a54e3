"""Mail through whatever the host sends its own mail with."""

from __future__ import annotations

import logging
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask_mailman import Mail

from flask_training_credits.domain.values import MailMessage
from flask_training_credits.integrations.mail import HostMail

MESSAGE = MailMessage(
    to="ada@lms.example",
    subject="Your voucher",
    text="The voucher is ABC-123.",
    html="<p>The voucher is <b>ABC-123</b>.</p>",
    locale="en",
    key="voucher:1",
)


def test_flask_mailman() -> None:
    """Text and HTML, marked as written by a machine."""
    app = Flask(__name__)
    app.config.update(TESTING=True, MAIL_DEFAULT_SENDER="lms@lms.example")
    mail = Mail(app)
    with app.app_context():
        HostMail().send(MESSAGE)

        (sent,) = mail.state.outbox
    assert (sent.to, sent.subject, sent.body) == (["ada@lms.example"], MESSAGE.subject, MESSAGE.text)
    assert [tuple(alternative) for alternative in sent.alternatives] == [(MESSAGE.html, "text/html")]
    assert sent.extra_headers == {"Auto-Submitted": "auto-generated"}


def test_flask_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same through the extension that the app has, by its documented calls."""
    sent: list[Any] = []

    def message(subject: str, **fields: Any) -> dict[str, Any]:
        return {"subject": subject, **fields}

    monkeypatch.setitem(sys.modules, "flask_mail", SimpleNamespace(Message=message))
    app = Flask(__name__)
    app.extensions["mail"] = SimpleNamespace(send=sent.append)
    with app.app_context():
        HostMail().send(MESSAGE)

    assert sent == [
        {
            "subject": MESSAGE.subject,
            "recipients": [MESSAGE.to],
            "body": MESSAGE.text,
            "html": MESSAGE.html,
            "extra_headers": {"Auto-Submitted": "auto-generated"},
        }
    ]


def test_without_either_the_log_warns(caplog: pytest.LogCaptureFixture) -> None:
    """It says who was not told what, and nothing that the mail says."""
    with Flask(__name__).app_context():
        HostMail().send(MESSAGE)

    assert caplog.record_tuples == [
        (
            "flask_training_credits.mail",
            logging.WARNING,
            "No mail to ada@lms.example (Your voucher): install Flask-Mailman or Flask-Mail, or register a notifier",
        )
    ]
