"""The command line as a whole: its groups, and the closed sets that its options repeat."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from worker.cli.campaign_commands import StatusName
from worker.cli.cdr_commands import HeadingsName
from worker.cli.command import GROUPS, command_line
from worker.cli.file_commands import Scope
from worker.domain.campaign import Status
from worker.domain.export.table import Headings
from worker.ports.records.entities import DuplicateScope


def members(words: list[str] | None = None) -> dict[str, set[str]]:
    found: Any = get_command(command_line(words))  # Any: Typer may carry a Click of its own
    return {name: set(found.commands[name].commands) for name in GROUPS}


def test_every_group_has_its_members() -> None:
    assert all(members().values())


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_that_is_named_has_its_members_and_the_others_cost_no_time(name: str) -> None:
    whole, found = members(), members([name, "--help"])

    assert found == {group: whole[group] if group == name else set() for group in GROUPS}


@pytest.mark.parametrize(("shown", "known"), [(StatusName, Status), (HeadingsName, Headings), (Scope, DuplicateScope)])
def test_options_repeat_the_whole_set(shown: type[StatusName], known: type[Status]) -> None:
    assert {one.value for one in shown} == {one.value for one in known}


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    command = tmp_path / "callbeat"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m worker.cli "$@"\n')
    command.chmod(0o755)
    typed = """
        eval "$(_CALLBEAT_COMPLETE=source_bash callbeat)"
        try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _callbeat_completion callbeat; echo "${COMPREPLY[*]}"; }
        try callbeat camp; try callbeat campaign st; try callbeat campaign watch --unt
    """
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    done = subprocess.run([bash, "-c", typed], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["campaign", "start stop", "--until-finished"]
