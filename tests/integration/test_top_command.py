"""`callbeat top`: everything that dials, on a terminal and in a pipe."""

import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic
from typing import Final

import pytest
from rich.console import Console, ConsoleDimensions

from tests.builders import CAMPAIGN, NOON, add_leads, fill_store, stored_settings, viettel
from tests.integration.commands import ended, only_home_set, run
from worker.cli.bootstrap import bring_up_to_date
from worker.cli.top.picture import picture
from worker.cli.top.sight import Sight, most_urgent, read_sight
from worker.domain.run_state import RunState
from worker.store.transaction import SqlStore
from worker.usecases.records.carrier_plans import CarrierPlans
from worker.usecases.records.keep_api_keys import tenant_named
from worker.wiring import settings, store

PATIENCE: Final = 60.0
ENTERED: Final = b"\x1b[?1049h"
LEFT: Final = b"\x1b[?1049l"


@pytest.fixture(autouse=True, scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """Start with one campaign of two leads, which is started; no switch is known. No test changes it."""
    home = tmp_path_factory.mktemp("top") / "home"
    with pytest.MonkeyPatch.context() as monkeypatch, only_home_set(monkeypatch, home):
        bring_up_to_date(settings())
        filled = store()
        fill_store(filled, stored_settings(campaign_name="Nhắc nợ"))
        add_leads(filled, viettel(2))
        yield filled


def test_one_reading_as_json_has_everything() -> None:
    code, output = run("top", "--once", "--json")

    found = json.loads(output)
    (campaign,), (carrier,) = found["campaigns"], found["carriers"]
    assert code == 0
    assert (campaign["campaign_uuid"], campaign["name"]) == (str(CAMPAIGN), "Nhắc nợ")
    assert (campaign["state"], campaign["in_use"], campaign["limit"], campaign["remaining"]) == ("waiting", 0, 5, 2)
    assert (campaign["calls_a_minute"], campaign["answer_rate"], campaign["dialling"]) == (0, None, False)
    assert "no_switch" in [one["code"] for one in campaign["reasons"]]
    assert (carrier["name"], carrier["in_use"], carrier["trunk"]) == ("main", 0, "unproven")
    assert found["states"]["waiting"] == 1
    assert (found["switches"], found["callbacks"]) == ([], {"pending": 0, "dead": 0, "failing_urls": 0})


def test_a_pipe_gets_lines_that_grep_can_tell_apart() -> None:
    code, output = run("top", "--once")

    kinds = {line.split()[1]: line for line in output.splitlines()}
    assert code == 0
    assert list(kinds) == ["campaign", "campaigns", "carrier", "callbacks"]
    assert ' name="Nhắc nợ" ' in kinds["campaign"]
    assert " state=waiting in_use=0 limit=5 " in kinds["campaign"]
    assert " answer_rate=- remaining=2 " in kinds["campaign"]
    assert kinds["callbacks"].endswith(" callbacks pending=0 dead=0 failing_urls=0")


def test_a_pipe_gets_a_reading_after_each_pause_until_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    def pause(_: object, seconds: float) -> bool:
        pauses.append(seconds)
        if len(pauses) == 2:
            raise KeyboardInterrupt
        return False

    monkeypatch.setattr("worker.cli.top.command.Event.wait", pause)

    code, output = run("top", "--every", "60", "--json")

    assert (code, len(output.splitlines())) == (0, 2)
    assert all(50 < seconds <= 60 for seconds in pauses)


def test_an_unknown_tenant_is_not_found(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended(capsys, monkeypatch, "top", "--tenant", "nobody")[0] == 3


def drawn(sight: Sight, *, height: int, width: int = 160, trouble: str = "") -> list[str]:
    terminal = Console(file=io.StringIO(), width=width)
    terminal.print(
        picture(sight, zone="Asia/Ho_Chi_Minh", size=ConsoleDimensions(width, height), keys=True, trouble=trouble)
    )
    return terminal.file.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]  # the text given to it


def seen(filled: SqlStore, *, most: int = 50) -> Sight:
    owner = tenant_named(filled, "default")
    return read_sight(filled, tenant=owner, most=most, plans=CarrierPlans(), now=NOON)


def test_a_terminal_gets_why_a_campaign_is_not_dialled_in_words(filled: SqlStore) -> None:
    lines = drawn(seen(filled), height=24, trouble="the \x1b[2Jdatabase is away")

    campaign = next(line for line in lines if line.startswith("Nhắc nợ"))
    assert lines[0].startswith("2026-11-23 12:00:00  0 calls up  1 waiting")
    assert lines[1] == "the \\x1b[2Jdatabase is away"
    assert " waiting " in campaign
    assert " 0/5 " in campaign
    assert "no_switch: The switch cannot be heard" in campaign
    assert any(line.startswith("main ") and " unproven " in line for line in lines)
    assert lines[-1].startswith("callbacks  0 wait  0 given up")


def test_a_small_screen_shows_the_most_urgent_and_how_many_more_there_are(filled: SqlStore) -> None:
    sight = seen(filled)
    (waiting,) = sight.shown
    stopped = [
        replace(waiting, settings=replace(waiting.settings, campaign_name=f"copy{one:02}"), state=RunState.STOPPED)
        for one in range(30)
    ]
    campaigns = [*reversed(stopped), waiting]
    sight = replace(sight, shown=most_urgent(campaigns, most=12), watched=replace(sight.watched, campaigns=campaigns))

    lines = drawn(sight, height=14)

    assert len(sight.shown) == 12
    assert len(lines) == 14
    names = [line.split()[0] for line in lines if line.startswith(("Nhắc", "copy"))]
    assert names == ["Nhắc", "copy00", "copy01", "copy02", "copy03"]
    assert "26 more" in [line.strip() for line in lines]


@pytest.mark.parametrize("width", [80, 100, 160])
def test_a_long_name_leaves_room_for_the_reasons(filled: SqlStore, width: int) -> None:
    sight = seen(filled)
    (waiting,) = sight.shown
    named = replace(waiting, settings=replace(waiting.settings, campaign_name="Nhắc nợ " * 12))

    lines = drawn(replace(sight, shown=[named]), height=24, width=width)

    (campaign,) = [line for line in lines if line.startswith("Nhắc nợ")]
    assert re.search(r"… +waiting +.*0/5 +0 +- +2 +no_switch", campaign)
    assert len(campaign) <= width


@pytest.mark.parametrize("ending", ["q", "SIGTERM"])
def test_a_key_or_a_signal_ends_it_well_and_the_terminal_is_as_it_was(ending: str) -> None:
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100", "LINES": "30"}
    with subprocess.Popen(
        [sys.executable, "-m", "worker.cli", "top"], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        try:
            seen = read_until(ours, b"callbacks ")
            assert not termios.tcgetattr(theirs)[3] & termios.ICANON  # keys arrive without Enter
            os.write(ours, b"xyz" + (b"q" if ending == "q" else b""))
            if ending != "q":
                process.send_signal(signal.Signals[ending])
            seen += read_until(ours, LEFT)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
    after = termios.tcgetattr(theirs)
    os.close(ours)
    os.close(theirs)

    assert seen.index(ENTERED) < seen.index("Nhắc nợ".encode()) < seen.index(LEFT)
    assert after == before


def read_until(terminal: int, wanted: bytes) -> bytes:
    """Return what a terminal shows until it has shown something; fail after a while."""
    read, until = b"", monotonic() + PATIENCE
    while wanted not in read:
        assert select.select([terminal], [], [], max(0.0, until - monotonic()))[0], read
        read += os.read(terminal, 65536)
    return read
