"""Schema, tenants and tokens: what has to exist before anything else runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from random import SystemRandom
from secrets import token_bytes
from typing import Final

import typer
from uuid_utils.compat import uuid7

from worker.cli.audited import act_of_command
from worker.cli.encryption import encrypt_new_database
from worker.clock import SystemClock
from worker.home import make_private
from worker.ports.records.audit import Subject
from worker.ports.records.entities import Tenant
from worker.settings import DATABASE_FILE, Settings
from worker.sounds.names import SOUND_KEY_BYTES
from worker.store.base.engine import make_engine
from worker.store.base.schema_state import NO_SCHEMA, OlderSchema
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.keep_switches import insert_first_list
from worker.usecases.dispatch.sound_key import sound_key
from worker.usecases.records.api_tokens import create_token as make_token
from worker.usecases.records.tenants import DEFAULT_TENANT, create_tenant_if_missing
from worker.wiring import Services, services, settings, switches

CHANCE: Final = SystemRandom().random


def migrate() -> None:
    """Bring the database schema up to date."""
    chosen = settings()
    bring_up_to_date(chosen)
    encrypt_new_database(chosen)
    with opened(chosen) as store:
        _tenant(store, name=DEFAULT_TENANT, chosen=chosen)
        insert_first_list(store, switches(), now=SystemClock().now())
    typer.echo("The database is up to date.")


def bring_up_to_date(chosen: Settings) -> None:
    """Run the missing migrations, and make the key of names of sounds: a plan that made it would wait for itself."""
    from worker.store.base.migrate import migrate as run_revisions  # noqa: PLC0415 - Alembic takes 11 MiB, which workers need not carry

    if chosen.database_url is None:
        make_private(chosen.home)
    engine = make_engine(chosen.database, keys=chosen.secret_keys)
    try:
        run_revisions(engine)
        sound_key(SqlStore(engine), new_key=partial(token_bytes, SOUND_KEY_BYTES))
    finally:
        engine.dispose()


def make_default_tenant(chosen: Settings) -> str | None:
    """Create the tenant ``default``; return a token for it if it is new and none is configured."""
    with opened(chosen) as store:
        with store.reading() as tx:
            known = tx.tenants.named(DEFAULT_TENANT)
        _tenant(store, name=DEFAULT_TENANT, chosen=chosen)
        return None if known or chosen.api_token else _new_token(store, name=DEFAULT_TENANT, chosen=chosen)


@contextmanager
def opened(chosen: Settings) -> Iterator[SqlStore]:
    """Open the database while the block runs. Raises ``OlderSchema`` when it has to be migrated first."""
    _check_home(chosen)
    engine = make_engine(chosen.database, keys=chosen.secret_keys)
    try:
        store = SqlStore(engine)
        store.check_schema()
        yield store.acting(act_of_command())
    finally:
        engine.dispose()


def operators_services() -> Services:
    """Return all adapters for a command that also sends tasks; the audit trail gets what it changes.

    Raises ``OlderSchema`` as ``opened`` does.
    """
    _check_home(settings())
    parts = services()
    parts.store.check_schema()
    return acting_on(parts)


def acting_on(parts: Services, *, tenant: Tenant | None = None, subject: Subject | None = None) -> Services:
    """Return the same services for changes of one tenant, of which its audit trail gets an entry."""
    act = act_of_command(tenant_id=None if tenant is None else tenant.id, subject=subject)
    return parts if act is None else parts.acting(act)


def _check_home(chosen: Settings) -> None:
    if chosen.database_url is None and chosen.home.exists():
        make_private(chosen.home)
    if chosen.database_url is None and not (chosen.home / DATABASE_FILE).exists():
        raise OlderSchema(NO_SCHEMA)


def tenant_made_if_missing(store: SqlStore, *, name: str, chosen: Settings) -> Tenant:
    """Return the tenant of this name; create it if there is none."""
    return _tenant(store, name=name, chosen=chosen)


def _new_token(store: SqlStore, *, name: str, chosen: Settings) -> str:
    tenant = _tenant(store, name=name, chosen=chosen)
    return make_token(store, tenant=tenant, now=SystemClock().now(), chance=CHANCE)


def _tenant(store: SqlStore, *, name: str, chosen: Settings) -> Tenant:
    return create_tenant_if_missing(
        store, name=name, timezone=chosen.timezone, now=SystemClock().now(), new_id=uuid7, chance=CHANCE
    )
