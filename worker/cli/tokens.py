"""How an operator creates, lists, rotates and revokes API keys."""

from uuid import UUID

import typer
from pendulum import DateTime, Duration

from worker.cli.bootstrap import CHANCE, opened, tenant_made_if_missing
from worker.cli.columns import print_json, print_rows
from worker.clock import SystemClock
from worker.domain.api_key import LONGEST_NAME
from worker.domain.role import Role
from worker.ports.paging import Slice
from worker.usecases.records import keep_api_keys
from worker.wiring import settings

MOST_SHOWN = 10_000


def create(tenant: str, *, name: str, role: Role, days: int | None) -> None:
    """Print a new key; it cannot be shown again."""
    if len(name) > LONGEST_NAME:
        raise typer.BadParameter(f"a name has at most {LONGEST_NAME} characters")
    now, chosen = SystemClock().now(), settings()
    with opened(chosen) as store:
        made = keep_api_keys.create_key(
            store,
            tenant=tenant_made_if_missing(store, name=tenant, chosen=chosen),
            name=name,
            role=role,
            expires_at=None if days is None else now.add(days=days),
            now=now,
            chance=CHANCE,
        )
    typer.echo(made.secret)


def show(tenant: str, *, as_json: bool) -> None:
    """Print a tenant's keys, newest first."""
    with opened(settings()) as store:
        owner = keep_api_keys.tenant_named(store, tenant)
        keys = keep_api_keys.list_keys(store, tenant=owner, part=Slice(limit=MOST_SHOWN)).rows
    if as_json:
        print_json(
            [
                {
                    "id": str(key.id),
                    "name": key.name,
                    "role": key.role.value,
                    "created_at": key.created_at.isoformat(),
                    "expires_at": None if key.expires_at is None else key.expires_at.isoformat(),
                    "last_used_at": None if key.last_used_at is None else key.last_used_at.isoformat(),
                    "last_used_from": key.last_used_from,
                }
                for key in keys
            ]
        )
        return
    rows = []
    for key in keys:
        moments = (_said(key.created_at, "never"), _said(key.expires_at, "never"), _said(key.last_used_at, "never"))
        rows.append((str(key.id), key.name, key.role.value, *moments, key.last_used_from))
    print_rows(("id", "name", "role", "created", "ends", "last used", "from"), rows)


def revoke(token_id: str, tenant: str) -> None:
    """Revoke a key."""
    with opened(settings()) as store:
        owner = keep_api_keys.tenant_named(store, tenant)
        keep_api_keys.revoke_key(store, tenant=owner, key_id=_id(token_id))
    typer.echo("revoked")


def rotate(token_id: str, tenant: str, hours: int) -> None:
    """Print a new key; the old one stays valid beside it for a while."""
    with opened(settings()) as store:
        owner = keep_api_keys.tenant_named(store, tenant)
        made = keep_api_keys.rotate_key(
            store,
            tenant=owner,
            key_id=_id(token_id),
            overlap=Duration(hours=hours),
            now=SystemClock().now(),
            chance=CHANCE,
        )
    typer.echo(made.secret)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise typer.BadParameter("expected an id of `callbeat token list`") from error


def _said(moment: DateTime | None, otherwise: str) -> str:
    return otherwise if moment is None else moment.isoformat(timespec="seconds")
