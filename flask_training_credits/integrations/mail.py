"""Mail through whatever the host sends its own mail with."""

from __future__ import annotations

import logging
from importlib import import_module

from flask import current_app

from ..domain.values import MailMessage

_HEADERS = {"Auto-Submitted": "auto-generated"}
"""Keeps absence notices from answering (RFC 3834)."""

log = logging.getLogger("flask_training_credits.mail")


class HostMail:
    """Mail through Flask-Mailman or Flask-Mail, whichever the app has; without either a warning in the log.

    The log names who should have been told what, never the text: that may hold a code or a voucher.
    """

    def send(self, message: MailMessage) -> None:
        """Send one mail, as text with an HTML alternative."""
        if "mailman" in current_app.extensions:
            _send_with_mailman(message)
        elif "mail" in current_app.extensions:
            _send_with_flask_mail(message)
        else:
            log.warning(
                "No mail to %s (%s): install Flask-Mailman or Flask-Mail, or register a notifier",
                message.to,
                message.subject,
            )


def _send_with_mailman(message: MailMessage) -> None:
    flask_mailman = import_module("flask_mailman")
    mail = flask_mailman.EmailMultiAlternatives(message.subject, message.text, to=[message.to], headers=_HEADERS)
    mail.attach_alternative(message.html, "text/html")
    mail.send()


def _send_with_flask_mail(message: MailMessage) -> None:
    flask_mail = import_module("flask_mail")
    mail = flask_mail.Message(
        message.subject, recipients=[message.to], body=message.text, html=message.html, extra_headers=_HEADERS
    )
    current_app.extensions["mail"].send(mail)
