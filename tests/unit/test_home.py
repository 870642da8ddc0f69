import logging
import os
from pathlib import Path

import pytest

from worker.home import NotPrivate, make_private


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def write(path: Path, *, with_mode: int = 0o644) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("secret")
    path.chmod(with_mode)
    return path


def test_a_new_home_is_its_owners_alone(tmp_path: Path) -> None:
    home = make_private(tmp_path / "some" / "home")

    assert mode(home) == 0o700


def test_a_home_that_was_open_is_narrowed_and_the_log_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = [
        write(tmp_path / name)
        for name in ("callbeat.sqlite3", "callbeat.sqlite3-wal", "callbeat.sqlite3-shm", "log/api.log", "switch.jsonl")
    ]
    tmp_path.chmod(0o755)
    (tmp_path / "log").chmod(0o755)

    with caplog.at_level(logging.WARNING):
        make_private(tmp_path)

    assert {mode(file) for file in files} == {0o600}
    assert {mode(folder) for folder in (tmp_path, tmp_path / "log")} == {0o700}
    (line,) = [record for record in caplog.records if getattr(record, "action", "") == "home_narrowed"]
    assert vars(line)["files"] == len(files) + 2


def test_a_private_home_is_left_alone_in_silence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = write(make_private(tmp_path) / "callbeat.sqlite3", with_mode=0o600)

    make_private(tmp_path)

    assert (mode(file), caplog.records) == (0o600, [])


def test_the_home_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)

    with pytest.raises(NotPrivate, match=r"belongs to the user \d+, and this is \d+: run as its owner"):
        make_private(tmp_path)


@pytest.mark.parametrize("with_mode", [0o755, 0o1777])
def test_a_folder_of_others_files_is_refused_and_not_narrowed(tmp_path: Path, with_mode: int) -> None:
    other = write(tmp_path / "letters.txt")
    tmp_path.chmod(with_mode)

    with pytest.raises(NotPrivate, match="is open to others and holds other files"):
        make_private(tmp_path)

    assert (mode(tmp_path), mode(other)) == (with_mode, 0o644)


def test_a_link_is_not_followed_out_of_the_home(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "file")
    outside.parent.chmod(0o755)
    home = make_private(tmp_path / "home")
    (home / "switch.jsonl").symlink_to(outside)
    (home / "log").symlink_to(outside.parent)

    make_private(home)

    assert (mode(outside), mode(outside.parent)) == (0o644, 0o755)


def test_a_file_is_no_home(tmp_path: Path) -> None:
    with pytest.raises(NotPrivate, match="is no folder"):
        make_private(write(tmp_path / "file"))
