"""Is the database's schema up to date, and what would be done to it? Both change nothing."""

import typer

from worker.cli.columns import print_rows
from worker.domain.errors import Unavailable
from worker.settings import DATABASE_FILE, Settings
from worker.store.base.engine import make_engine
from worker.store.base.schema_state import check_schema
from worker.wiring import settings

UP_TO_DATE = "The database is up to date."


def check_database() -> None:
    """Print that the schema is up to date. Raises ``WrongSchema`` when it is not, ``Unavailable`` when it is away."""
    chosen = _known(settings())
    engine = make_engine(chosen.database, keys=chosen.secret_keys)
    try:
        check_schema(engine)
    finally:
        engine.dispose()
    typer.echo(UP_TO_DATE)


def print_plan() -> None:
    """List what `migrate` would run. Raises ``NewerSchema`` and ``Unavailable``."""
    from worker.store.base.migrate import pending  # noqa: PLC0415 - Alembic takes 11 MiB, which workers need not carry

    chosen = _known(settings())
    engine = make_engine(chosen.database, keys=chosen.secret_keys)
    try:
        steps = pending(engine)
    finally:
        engine.dispose()
    if steps:
        print_rows(["REVISION", "WHAT IT DOES"], [[step.revision, step.what] for step in steps])
    else:
        typer.echo(UP_TO_DATE)


def _known(chosen: Settings) -> Settings:
    """Return the settings, unless their database is missing: asking for it would make an empty file."""
    if chosen.database_url is None and not (chosen.home / DATABASE_FILE).exists():
        raise Unavailable("there is no database yet: `callbeat migrate` makes it")
    return chosen
