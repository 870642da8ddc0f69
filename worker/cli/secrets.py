"""How an operator reads and rotates the secrets that sign callbacks."""

import typer
from pendulum import Duration

from worker.cli.bootstrap import CHANCE, opened
from worker.clock import SystemClock
from worker.domain.errors import Conflict
from worker.usecases.records.rotate_secret import rotate_secret, show_secret
from worker.usecases.records.tenants import DEFAULT_TENANT
from worker.wiring import settings


def show(tenant: str) -> None:
    """Print the secret that signs the tenant's callbacks."""
    _refuse_chosen(tenant)
    with opened(settings()) as store:
        typer.echo(show_secret(store, name=tenant))


def rotate(tenant: str, hours: float) -> None:
    """Print a new secret; the old one stays valid beside it for a while."""
    _refuse_chosen(tenant)
    valid = Duration(seconds=hours * 3600)
    with opened(settings()) as store:
        typer.echo(rotate_secret(store, name=tenant, both_valid_for=valid, now=SystemClock().now(), chance=CHANCE))


def _refuse_chosen(tenant: str) -> None:
    if tenant == DEFAULT_TENANT and settings().callback_secret is not None:
        raise Conflict("CALLBEAT_CALLBACK_SECRET is set and signs for the tenant default: change it there")
