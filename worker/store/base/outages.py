"""Names what a driver raises while its database is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from worker.domain.errors import Unavailable

READ_ONLY: Final = "25006"
"""SQLSTATE of a standby that is not the primary yet."""


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
