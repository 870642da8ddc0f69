"""Every command by name, and what an operator sees when one cannot go on."""

import os
import sys
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import Annotated, Final

import typer

from worker.cli import commands
from worker.cli.exit_codes import code_of
from worker.cli.hold_commands import hold, release
from worker.cli.top_commands import top
from worker.domain.errors import CallbeatError
from worker.foreign_variables import forget_foreign_variables
from worker.home import UMASK

COMMANDS: Final[tuple[Callable[..., None], ...]] = (
    commands.demo,
    commands.up,
    top,
    commands.doctor,
    commands.migrate,
    hold,
    release,
    commands.api,
    commands.worker,
    commands.beat,
    commands.listener,
    commands.voice,
    commands.cdr_secret,
    commands.cdr_spool,
    commands.ready,
    commands.flower,
)
GROUPS: Final[Mapping[str, tuple[str, str, str]]] = {
    "token": ("API keys: bearer tokens with a name, a role and perhaps an end.", "token_commands", "TOKEN"),
    "tenant": ("Tenants and their settings.", "tenant_commands", "TENANT"),
    "campaign": ("Campaigns: how far they are, and their run.", "campaign_commands", "CAMPAIGN"),
    "list": ("Lists of leads.", "list_commands", "LIST"),
    "leads": ("Leads from files.", "file_commands", "LEADS"),
    "blacklist": ("The do-not-call list.", "file_commands", "BLACKLIST"),
    "imports": ("Files of leads and of numbers that must not be called, on their way in.", "file_commands", "IMPORTS"),
    "cdr": ("CDRs as files.", "cdr_commands", "CDR"),
    "callbacks": ("Callbacks that were given up.", "callback_commands", "CALLBACKS"),
    "reports": ("Daily reports by mail or webhook.", "report_commands", "REPORTS"),
    "person": ("Persons and their data.", "commands", "PERSON"),
    "recording": ("Recordings whose time is over.", "recording_commands", "RECORDING"),
    "gateway": ("Gateways: their limits, and the tenants that may use them.", "gateway_commands", "GATEWAY"),
    "secret": ("The secret that signs a tenant's callbacks.", "secret_commands", "SECRET"),
    "secret-key": ("The keys that encrypt secrets in the database.", "secret_commands", "SECRET_KEY"),
}
"""Help of each group, and where its members are: a module of this package, and the name there."""


SWITCH: Final[Mapping[str, Callable[..., None]]] = {
    "list": commands.list_switches,
    "add": commands.add_switch,
    "drain": commands.drain_switch,
    "resume": commands.resume_switch,
    "forget": commands.forget_switch,
}
"""The members of ``callbeat switch``; without one of them it runs the simulated switch."""


def _print_version(*, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed_version  # noqa: PLC0415 - takes 30 ms

        typer.echo(f"callbeat {installed_version('callbeat')}")
        raise typer.Exit


def _callbeat(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda wanted: _print_version(wanted=wanted),
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Dial outbound-call campaigns inside their limits and post a CDR for every call."""


def command_line(words: Collection[str] | None = None) -> typer.Typer:
    """Return the whole command line; no part behind a command is imported for it.

    With the words that were typed, groups that none of them names stay empty: their members need a third of the time.
    """
    cli = typer.Typer(
        name="callbeat",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help, also for pipes; Rich takes 70 ms to import
    )
    cli.callback()(_callbeat)
    for command in COMMANDS[:7]:
        cli.command()(command)
    for name, (text, module, members) in GROUPS.items():
        group = typer.Typer(help=text, no_args_is_help=True, rich_markup_mode=None)
        if words is None or name in words:
            for word, command in getattr(import_module(f"worker.cli.{module}"), members).items():
                group.command(word)(command)
        cli.add_typer(group, name=name)
    cli.add_typer(_switch(), name="switch")
    for command in COMMANDS[7:]:
        cli.command()(command)
    cli.command(hidden=True)(commands.broker)
    return cli


def _switch() -> typer.Typer:
    group = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
    group.callback()(commands.switch)
    for word, command in SWITCH.items():
        group.command(word)(command)
    return group


def main() -> None:
    """Run the command line; an expected error is one line and a code, and what it writes is for its user alone."""
    os.umask(UMASK)
    forget_foreign_variables()
    try:
        command_line(sys.argv[1:] or None)(prog_name="callbeat")  # without a word the shell may ask for completions
    except CallbeatError as error:
        typer.echo(f"callbeat: {error}", err=True)
        sys.exit(code_of(error))
