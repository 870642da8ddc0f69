"""PostgreSQL's settings of our connections: at a connection's start or, behind a pooler, in each transaction.

A pooler such as PgBouncer with ``pool_mode = transaction`` gives each transaction another session of the server. It
refuses or drops the settings that a client sends when it connects. Read against psycopg 3.2 and PgBouncer 1.18.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, event

logger = logging.getLogger(__name__)

_MARK: Final = "callbeat.settings"
"""A parameter of our own, sent with the settings: the server tells it only where they have arrived."""
_REFUSED: Final = "unsupported startup parameter"
"""What PgBouncer answers, unless ``ignore_startup_parameters`` names ``options``: then it drops them silently."""


class SessionSettings:
    """Settings of an engine's connections."""

    def __init__(self, settings: Mapping[str, str], *, driver: type[psycopg.Connection[Any]]) -> None:
        """``driver`` is the class of the connections; rows of every kind."""
        self._driver = driver
        self._mark = "/".join(settings.values())
        self._options = " ".join(f"-c {name}={value}" for name, value in {**settings, _MARK: self._mark}.items())
        self._local = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in settings.items())
        self.are_local = False
        """True once a connection was found to pass through a pooler: each transaction makes its settings then."""

    def use(self, engine: Engine) -> None:
        """Connect, and begin transactions, with these settings."""
        event.listen(engine, "do_connect", self._connect)
        event.listen(engine, "begin", self._begin)

    def _connect(
        self, _dialect: Any, _record: Any, args: list[Any], options: dict[str, Any]
    ) -> psycopg.Connection[Any]:  # Any: SQLAlchemy's own types
        if not self.are_local:
            connection = self._connect_directly(args, options)
            if connection is not None:
                return connection
            self.are_local = True
            logger.info("the database is behind a pooler", extra={"action": "database_pooler"})
        # PgBouncer knows prepared statements since 1.21 only. With autocommit it is us who begin transactions.
        return self._driver.connect(*args, **options, autocommit=True, prepare_threshold=None)

    def _connect_directly(self, args: list[Any], options: dict[str, Any]) -> psycopg.Connection[Any] | None:
        """Return a connection with the settings, or None where something between drops or refuses them."""
        try:
            connection = self._driver.connect(*args, **options, options=self._options)
        except psycopg.OperationalError as error:
            if _REFUSED in str(error):
                return None
            raise
        try:
            found = connection.execute("SELECT current_setting(%s, true)", [_MARK]).fetchone()
            connection.rollback()
        except BaseException:
            connection.close()
            raise
        if found == (self._mark,):
            return connection
        connection.close()
        return None

    def _begin(self, connection: Connection) -> None:
        if not self.are_local:
            return
        driver: Any = connection.connection.driver_connection  # Any: the driver's type is not known to SQLAlchemy
        level = driver.isolation_level
        if not driver.autocommit:  # opened before the pooler was noticed, or for another isolation level
            driver.autocommit = True
            driver.prepare_threshold = None
        isolation = f" ISOLATION LEVEL {level.name.replace('_', ' ')}" if level else ""
        driver.execute(f"BEGIN{isolation}; {self._local}")  # one round trip, as BEGIN alone
