"""What ``callbeat doctor`` makes of the folder of recordings."""

from collections import namedtuple
from pathlib import Path

import pytest

from worker.cli.recording_advice import LEAST_FREE, recording_findings

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as shutil's own


def test_nothing_is_said_where_nothing_is_recorded() -> None:
    assert list(recording_findings(None)) == []


@pytest.mark.parametrize(("free", "is_well"), [(LEAST_FREE, True), (LEAST_FREE - 1, False)])
def test_a_folder_needs_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, *, is_well: bool) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(0, 0, free))

    (finding,) = recording_findings(str(tmp_path))

    assert (finding.part, finding.is_well) == ("recordings", is_well)
    assert "1.0 GiB free" in finding.seen
    assert bool(finding.advice) != is_well


def test_a_folder_that_cannot_be_written_keeps_recordings_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda _path, _mode: False)

    (finding,) = recording_findings(str(tmp_path))

    assert not finding.is_well
    assert "cannot be written" in finding.seen


def test_a_folder_on_another_machine_needs_a_command_there(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"

    (finding,) = recording_findings(str(folder))

    assert finding.is_well
    assert f"callbeat recording delete {folder}" in finding.advice
