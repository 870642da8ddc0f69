"""Every command by name, and what an operator sees when one cannot go on."""

import sys

import typer

from worker.cli import bootstrap as first_steps
from worker.cli import doctor, processes, secrets, tenants, up
from worker.cli.demo.command import demo
from worker.domain.errors import CallbeatError
from worker.settings import WrongSetting

cli = typer.Typer(
    name="callbeat",
    help="Dials outbound-call campaigns inside their limits and posts a CDR for every call.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
token = typer.Typer(help="Bearer tokens of the API.", no_args_is_help=True)
tenant = typer.Typer(help="What holds for all of a tenant.", no_args_is_help=True)
secret = typer.Typer(help="What a tenant's callbacks are signed with.", no_args_is_help=True)

cli.command()(demo)
cli.command()(up.up)
cli.command()(doctor.doctor)
cli.command()(first_steps.migrate)
token.command("create")(first_steps.create_token)
cli.add_typer(token, name="token")
tenant.command("set")(tenants.set_tenant)
tenant.command("show")(tenants.show_tenants)
cli.add_typer(tenant, name="tenant")
secret.command("show")(secrets.show)
secret.command("rotate")(secrets.rotate)
cli.add_typer(secret, name="secret")
for process in (
    processes.api,
    processes.worker,
    processes.beat,
    processes.listener,
    processes.switch,
    processes.flower,
):
    cli.command()(process)
cli.command(hidden=True)(processes.broker)


def main() -> None:
    """Run the command line; an error that was foreseen is one line."""
    try:
        cli()
    except WrongSetting as error:
        sys.exit(f"callbeat: {error}")
    except CallbeatError as error:
        sys.exit(f"callbeat: {error}")
