"""Sounds as files in a folder, and what a switch plays."""

from pathlib import Path

import pytest

from worker.domain.errors import NotFound, Unavailable
from worker.sounds.folder import FolderStore
from worker.sounds.places import Places

NAME = "r" + 10 * "0f1e"
OTHER = "r" + 10 * "abcd"


def test_what_was_written_is_read_and_can_be_deleted(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "sounds")
    store.write(NAME, b"one")
    store.write(NAME, b"two")

    assert store.read(NAME) == b"two"
    assert store.kept([NAME, OTHER]) == {NAME}

    store.delete([NAME, OTHER])

    assert store.kept([NAME]) == set()
    with pytest.raises(NotFound):
        store.read(NAME)


def test_names_are_listed_by_their_kind(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for name in (NAME, OTHER, "u0193-aa"):
        store.write(name, b"")

    assert sorted(store.names("r")) == [NAME, OTHER]
    assert list(store.names("u")) == ["u0193-aa"]
    assert list(FolderStore(tmp_path / "none").names("r")) == []


@pytest.mark.parametrize("name", ["../x", "r/../../x", "R0", "", "r0.wav", "r0\n"])
def test_what_is_no_name_of_a_sound_reaches_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        FolderStore(tmp_path).read(name)
    with pytest.raises(ValueError, match=r".*"):
        Places("/sounds").place(name)


def test_who_may_read_the_folder_may_read_its_sounds(tmp_path: Path) -> None:
    tmp_path.chmod(0o2750)

    FolderStore(tmp_path).write(NAME, b"one")

    (file,) = tmp_path.rglob("*.wav")
    assert file.stat().st_mode & 0o7777 == 0o640
    assert file.parent.stat().st_mode & 0o7777 == 0o2750


def test_a_folder_that_cannot_be_written_to_is_an_outage_and_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(Unavailable, match="sounds"):
        FolderStore(tmp_path / "file" / "sounds").write(NAME, b"one")


def test_a_switch_plays_a_path_an_address_or_silence() -> None:
    in_folder, by_http = Places("/srv/sounds/"), Places("http_cache://http://api:8000/sounds")

    assert in_folder.place(NAME) == f"/srv/sounds/r0f/{NAME}.wav"
    assert by_http.place(NAME) == f"http_cache://http://api:8000/sounds/{NAME}.wav"
    assert in_folder.place("s400") == by_http.place("s400") == "silence_stream://400"
