"""What the audit trail gets to know of a command: what was typed, as JSON."""

from typing import Any

from typer.main import get_command

from worker.cli.audited import act_of_command
from worker.cli.command import command_line
from worker.ports.records.audit import Act


def act_of(*names: str, typed: tuple[str, ...]) -> Act | None:
    """Return what the trail gets of a command that is not run."""
    command: Any = get_command(command_line())  # Any: Typer may carry a Click of its own
    for name in names:
        command = command.commands[name]
    with command.make_context(names[-1], list(typed)):
        return act_of_command()


def test_every_kind_of_option_is_entered() -> None:
    typed = ("--tenant", "acme", "--concurrent-call", "0", "--cap", "leads=5", "--cap", "lists=2")

    act = act_of("tenant", "set", typed=typed)

    assert act is not None
    assert act.sent == {"tenant": "acme", "concurrent_call": 0, "cap": ["leads=5", "lists=2"]}


def test_a_switch_is_entered_when_it_is_set() -> None:
    act = act_of("tenant", "set", typed=("--tenant", "acme", "--no-cap"))

    assert act is not None
    assert act.sent == {"tenant": "acme", "no_cap": True}


def test_numbers_among_repeated_options_are_masked() -> None:
    typed = ("trunk", "--tenant", "acme", "--caller-id", "0287000111", "--caller-id", "0281*")

    act = act_of("gateway", "grant", typed=typed)

    assert act is not None
    assert act.sent == {"name": "trunk", "tenant": "acme", "caller_id": ["028*****11", "***"]}


def test_a_process_and_code_outside_a_command_leave_no_entry() -> None:
    assert act_of("up", typed=()) is None
    assert act_of_command() is None
