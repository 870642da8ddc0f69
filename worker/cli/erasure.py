"""How an operator erases a person."""

import random

import typer

from worker.cli.bootstrap import opened
from worker.clock import SystemClock
from worker.domain.network import NotDialable
from worker.usecases.records.erase_person import erase_person, tenant_named
from worker.usecases.records.secret_bytes import secret_bytes
from worker.wiring import settings


def erase(tenant: str, number: str) -> None:
    """Erase the person behind a number, and print what was changed; the number itself is not repeated."""
    new_key = secret_bytes(random.SystemRandom().random).hex()
    with opened(settings()) as store:
        owner = tenant_named(store, tenant)
        try:
            found = erase_person(store, tenant=owner, phone_number=number, new_key=new_key, now=SystemClock().now())
        except NotDialable as error:
            raise typer.BadParameter(str(error)) from error
    typer.echo(
        f"erased: {found.leads} leads, {found.calls} calls, {found.callbacks} callbacks, {found.mentions} mentions"
    )
