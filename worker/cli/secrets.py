"""The secrets that callbacks are signed with, as an operator reads and rotates them."""

from typing import Annotated, Final

import typer
from pendulum import Duration

from worker.cli.bootstrap import CHANCE, opened
from worker.clock import SystemClock
from worker.domain.errors import Conflict
from worker.usecases.records.rotate_secret import rotate_secret, show_secret
from worker.usecases.records.tenants import DEFAULT_TENANT
from worker.wiring import settings

MOST_HOURS: Final = 24 * 365

Tenant = Annotated[str, typer.Option(help="Whose secret.")]


def show(tenant: Tenant) -> None:
    """Print the secret that the tenant's callbacks are signed with, for whoever verifies them."""
    _refuse_chosen(tenant)
    with opened(settings()) as store:
        typer.echo(show_secret(store, name=tenant))


def rotate(
    tenant: Tenant,
    hours: Annotated[
        float, typer.Option(min=0, max=MOST_HOURS, help="How long the secret before stays valid beside the new one.")
    ] = 24,
) -> None:
    """Print a new secret: callbacks are signed with it from now on, and with the one before beside it for a while."""
    _refuse_chosen(tenant)
    valid = Duration(seconds=hours * 3600)
    with opened(settings()) as store:
        typer.echo(rotate_secret(store, name=tenant, both_valid_for=valid, now=SystemClock().now(), chance=CHANCE))


def _refuse_chosen(tenant: str) -> None:
    if tenant == DEFAULT_TENANT and settings().callback_secret is not None:
        raise Conflict("CALLBEAT_CALLBACK_SECRET is set, and is what the tenant default signs with: change it there")
