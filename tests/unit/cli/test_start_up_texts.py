"""What an operator reads of names and values that others chose, and of variables that nobody reads."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from worker.cli.plain_text import plain
from worker.cli.unknown_variables import OWN, unknown_variables


@pytest.mark.parametrize("text", ["[/x]", "[red]", "redis://HOST[:PORT][/NUMBER]", "[link=x]", "\\[bold]"])
def test_brackets_of_others_are_shown_as_they_are(text: str) -> None:
    written = io.StringIO()
    table = Table("name")
    table.add_row(plain(text))

    Console(file=written, width=80).print(table)

    assert text in written.getvalue()


def test_control_characters_of_others_are_not_obeyed() -> None:
    assert plain("a\x1b[2Jb\r\x07\u202e").plain == "a\\x1b[2Jb\\r\\x07\\u202e"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CALLBEAT_TIMEZON", "CALLBEAT_TIMEZONE"),
        ("CALLBEAT_REDIS", "CALLBEAT_REDIS_URL"),
        ("CALLBEAT_DATABASE", "CALLBEAT_DATABASE_URL"),
        ("CALLBEAT_SWITCH_URL", "CALLBEAT_SWITCH_URLS"),
    ],
)
def test_a_misspelt_variable_is_named_with_what_was_meant(name: str, meant: str) -> None:
    assert list(unknown_variables([name])) == [f"{name} is unknown and ignored: did you mean {meant}?"]


def test_only_unknown_variables_of_ours_are_named() -> None:
    assert list(unknown_variables([*OWN, "PATH"])) == []
    assert list(unknown_variables(["CALLBEAT_XYZZY"])) == ["CALLBEAT_XYZZY is unknown and ignored"]
