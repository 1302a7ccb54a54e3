"""The host's session, and which of its engines holds our tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, Executable
from sqlalchemy.orm import Session, scoped_session


class Store:
    """Reads through the host's `db.session`, always on the bind that holds our tables.

    `db` is the host's Flask-SQLAlchemy or Flask-SQLAlchemy-Lite object.
    """

    def __init__(self, db: Any, bind_key: str | None = None) -> None:
        self._db = db
        self._bind_key = bind_key

    @property
    def session(self) -> Session:
        """The host's session for this context."""
        session = self._db.session
        found: Session = session() if isinstance(session, scoped_session) else session
        return found

    def bind(self) -> Engine | Connection:
        """The engine of our tables; a connection when the host's tests join sessions to one."""
        if self._bind_key is not None:
            found: Engine | Connection = self._db.engines[self._bind_key]
            return found
        return self.session.get_bind()

    def execute(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        """Run a read on our bind, in whatever transaction the session has open."""
        return self.session.connection(bind_arguments={"bind": self.bind()}).execute(statement, parameters)
