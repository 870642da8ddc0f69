"""`callbeat recording due|delete|forget`: files that no worker sees."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from tests.builders import NOON, add_leads, fill_store, stored_settings, viettel
from tests.builders.call_rows import a_call
from tests.fakes.jobs import FakeJobQueue
from tests.integration.commands import ended, only_home_set, run
from worker.cli.bootstrap import bring_up_to_date
from worker.cli.command import command_line
from worker.domain.call import CallState, HungUp
from worker.domain.campaign import AUTOCALL
from worker.domain.hangup import Hangup
from worker.domain.recording import recording_name
from worker.store.base.tables import leads
from worker.usecases.dispatch.finish_calls import finish_calls
from worker.wiring import settings, store

CALLS = 3


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """Start with calls of long ago that were recorded, and return the names of their files."""
    with only_home_set(monkeypatch, tmp_path / "home"):
        bring_up_to_date(settings())
        filled, long_ago = store(), NOON.subtract(years=2)
        fill_store(filled, stored_settings(type=AUTOCALL, enable_recording=True, recording_days=10))
        found = []
        phones = viettel(CALLS)
        for number, (lead, phone) in enumerate(zip(add_leads(filled, phones), phones, strict=True), 1):
            with filled.transaction() as tx:
                tx.connection.execute(update(leads).values(stage="calling"))
                call = a_call(number, lead, state=CallState.ANSWERED, switch="s1", phone=phone, answered_at=long_ago)
                tx.calls.insert([call])
                name = recording_name(call.id, token=f"{number:032x}")
                end = HungUp(
                    call.id,
                    Hangup(cause="NORMAL_CLEARING", answered=True),
                    started_at=long_ago,
                    ended_at=long_ago,
                    answered_at=long_ago,
                    recording=name,
                )
                finish_calls(tx, queue=FakeJobQueue(), ended=[(call, end)], now=long_ago, new_id=uuid4)
            found.append(name)
        yield sorted(found)


def due() -> list[str]:
    return sorted(run("recording", "due")[1].split())


def test_files_are_deleted_where_they_lie(tmp_path: Path, names: list[str]) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    for name in (*names, "other.wav"):
        (folder / name).write_bytes(b"RIFF")

    assert due() == names
    assert run("recording", "delete", str(folder)) == (0, f"deleted: {CALLS} recordings\n")
    assert [path.name for path in folder.iterdir()] == ["other.wav"]
    assert due() == []
    assert run("recording", "delete", str(folder)) == (0, "deleted: 0 recordings\n")


def test_files_that_were_deleted_by_hand_are_forgotten(names: list[str]) -> None:
    typed = "\n".join([*names[:2], "other.wav", "", "../x"])

    ran = CliRunner().invoke(command_line(), ["recording", "forget"], input=typed)

    assert (ran.exit_code, ran.stdout) == (0, "forgotten: 2 recordings\n")
    assert due() == names[2:]


def test_what_cannot_be_deleted_stays_due(tmp_path: Path, names: list[str]) -> None:
    folder = tmp_path / "recordings"
    for name in names[:1]:
        (folder / name).mkdir(parents=True)  # no file: it cannot be removed as one
    for name in names[1:]:
        (folder / name).write_bytes(b"RIFF")

    code, output = run("recording", "delete", str(folder))

    assert (code, output) == (1, "deleted: 2 recordings\n1 recordings could not be deleted\n")
    assert due() == names[:1]


def test_a_folder_that_is_not_there_deletes_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    assert ended(capsys, monkeypatch, "recording", "delete", "/proc/nope")[0] == 2
    assert due() == names
