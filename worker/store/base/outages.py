"""Names what a driver raises while its database is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from worker.domain.errors import TooSlow, Unavailable
from worker.store.base.patience import TooLong

READ_ONLY: Final = "25006"
"""SQLSTATE of a standby that is not the primary yet."""

CANCELED: Final = "57014"
"""SQLSTATE of a statement that exceeded ``statement_timeout``."""
TOO_SLOW: Final = "the read took too long: ask for less at once, by dates or other filters"


@contextmanager
def slow_reads_named() -> Iterator[None]:
    """Raise ``TooSlow`` where the database answers, but a statement or all of them last too long."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") == CANCELED or isinstance(error.orig, TooLong):
            raise TooSlow(TOO_SLOW) from error
        raise


@contextmanager
def outages_named() -> Iterator[None]:
    """Raise ``Unavailable`` where the database cannot be reached, is too busy, or takes no changes."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise Unavailable("the database is away or too busy") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("the connection to the database was lost") from error
        if getattr(error.orig, "sqlstate", "") == READ_ONLY:
            raise Unavailable("the database takes no changes now") from error
        raise
