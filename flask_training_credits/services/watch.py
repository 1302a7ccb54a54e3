"""Watching the host's session: whether it has written something, and whether a hook ends our transaction.

Listeners are per engine, added when a session first begins on it. They only keep two marks.
"""

from __future__ import annotations

import re
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction

from ..errors import UncommittedWork

_WROTE = "training_credits.wrote"
_SESSION = "training_credits.session"
_GUARDED = "training_credits.guarded"
_ENDINGS = ("commit", "rollback", "close", "reset", "invalidate", "prepare")
"""Methods of a session and of a connection that end a transaction."""
_READS = re.compile(
    r"\s*(select|with(?!.*\b(insert|update|delete|merge)\b)|show|pragma|explain|set|values|begin|savepoint|release"
    r"|rollback)\b",
    re.IGNORECASE | re.DOTALL,
)


def _nobody() -> None:
    """Stand-in for the reference to a transaction that is gone."""


_ENDS = re.compile(r"\s*(commit|end|abort|begin|start\s+transaction|rollback(?!\s+to))\b", re.IGNORECASE)


class EndedOurTransaction(Exception):
    """A hook called commit, rollback or close inside our transaction. Raised before it reaches the database."""


def watch_sessions() -> None:
    """Start watching; calling it again changes nothing."""
    if not event.contains(Session, "after_begin", _session_began):
        event.listen(Session, "after_begin", _session_began)
        event.listen(Session, "after_transaction_end", _session_ended)
        event.listen(Session, "before_commit", _session_commits)


def unsaved(session: Session) -> str | None:
    """What the session would lose by a rollback, or None."""
    if session.new:
        return "new objects"
    if session.deleted:
        return "deleted objects"
    if any(session.is_modified(changed) for changed in session.dirty):
        return "changed objects"
    return "statements that wrote" if session.info.get(_WROTE) else None


def refuse_unsaved(session: Session) -> None:
    """Raise `UncommittedWork` if the session holds work that a rollback would lose."""
    found = unsaved(session)
    if found:
        raise UncommittedWork(found)


def forget_writes(session: Session) -> None:
    """Take it that nothing the session wrote is still there: a savepoint from before has been rolled back."""
    session.info.pop(_WROTE, None)


@contextmanager
def guarded(session: Session, connection: Connection) -> Iterator[None]:
    """While host code runs in our transaction: commit, rollback and close raise `EndedOurTransaction`.

    The methods are shadowed: raising from an event in the middle of a rollback would leave a session that believes to
    have ended a transaction which still holds our locks. The events are for whoever goes round them.
    """
    transaction, info, raw = session.get_transaction(), connection.info, connection.connection
    tried: list[str] = []

    def refuse(*_: object, **__: object) -> None:
        tried.append("an end")
        raise EndedOurTransaction

    session.info[_GUARDED] = info[_GUARDED] = tried
    for ended in (session, connection):
        vars(ended).update(dict.fromkeys(_ENDINGS, refuse))
    try:
        yield
        # The hook may have swallowed what we raised, or the error of a flush, which has rolled everything back.
        if tried or transaction is None or session.get_transaction() is not transaction or not transaction.is_active:
            raise EndedOurTransaction
    finally:
        for name in _ENDINGS:
            del vars(session)[name], vars(connection)[name]
        del session.info[_GUARDED], info[_GUARDED]
        if session.get_transaction() is not transaction and raw.is_valid:  # nobody has given the connection back
            raw.rollback()
            raw.close()


def _session_began(session: Session, transaction: SessionTransaction, connection: Connection) -> None:  # noqa: ARG001 - SQLAlchemy's signature
    connection.info[_SESSION] = weakref.ref(session.get_transaction())
    engine = connection.engine
    if not event.contains(engine, "before_cursor_execute", _statement):
        event.listen(engine, "before_cursor_execute", _statement)
        event.listen(engine, "commit", _connection_ends)
        event.listen(engine, "rollback", _connection_ends)


def _session_ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_WROTE, None)


def _session_commits(session: Session) -> None:
    if _GUARDED in session.info and not session.in_nested_transaction():
        session.info[_GUARDED].append("commit")
        raise EndedOurTransaction


def _connection_ends(connection: Connection) -> None:
    """A flush that the database refuses rolls back by itself, while its error is on the way to us: let it."""
    if connection.invalidated:  # a lost connection has no info, and nothing left to guard
        return
    if _GUARDED in connection.info and not isinstance(sys.exc_info()[1], DBAPIError):
        connection.info[_GUARDED].append("commit or rollback")
        raise EndedOurTransaction


def _statement(*event: Any) -> None:
    connection, _, statement, _, context, _ = event
    if context is None or context.is_text:
        writes = _READS.match(statement) is None
        if _GUARDED in connection.info and _ENDS.match(statement):
            _connection_ends(connection)
    else:
        writes = context.isinsert or context.isupdate or context.isdelete or context.isddl
    if writes:
        root = connection.info.get(_SESSION, _nobody)()
        if root is not None and root.session.get_transaction() is root:
            root.session.info[_WROTE] = True
