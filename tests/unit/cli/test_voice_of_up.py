"""The voice processes that ``up`` starts, and where its switch finds them and their sounds."""

import socket
from pathlib import Path

import pytest

from worker.cli.embedded import noted_voices, voice_addresses, write_note
from worker.cli.process_list import Wanted, Whole, assemble
from worker.settings import Settings, defaults

WANTED = Wanted(host="::", port=8000, flower_port=5555, workers=2)


def voices(whole: Whole) -> list[str]:
    return [child.name for child in whole.children if "voice" in child.command]


def test_two_voice_processes_listen_where_the_switch_is_told_to_connect(tmp_path: Path) -> None:
    whole = assemble(defaults(), home=tmp_path, wanted=WANTED)

    assert voices(whole) == ["voice-1", "voice-2"]
    ports = [address.rpartition(":")[2] for address in whole.addresses["voice_urls"].split(",")]
    told = [child.command[-1] for child in whole.children if child.name.startswith("voice")]
    assert told == [f"--port={port}" for port in ports]
    assert len(set(ports)) == 2
    assert "sounds_url" not in whole.addresses, "the simulated switch reads the folder"


def test_a_switch_that_is_not_ours_fetches_sounds_from_the_api(tmp_path: Path) -> None:
    chosen = defaults(switch_urls=("esl://:secret@127.0.0.1:8021",))

    whole = assemble(chosen, home=tmp_path, wanted=WANTED)

    assert len(voices(whole)) == 2
    assert whole.addresses["sounds_url"] == "http_cache://http://127.0.0.1:8000/sounds"


@pytest.mark.parametrize(
    "chosen",
    [
        defaults(voice_urls=("10.0.0.1:8084",)),
        defaults(answer_application="transfer:callbeat XML callbeat"),
        defaults(switch_urls=("esl://:secret@127.0.0.1:8021", "esl://:secret@10.0.0.7:8021")),
    ],
    ids=["voice of the operator", "an own dialplan", "a switch elsewhere"],
)
def test_none_is_started_where_the_operator_has_another_way(tmp_path: Path, chosen: Settings) -> None:
    whole = assemble(chosen, home=tmp_path, wanted=WANTED)

    assert voices(whole) == []
    assert "voice_urls" not in whole.addresses


def test_each_start_has_the_addresses_of_the_start_before_unless_one_is_taken(tmp_path: Path) -> None:
    first = voice_addresses(tmp_path)

    assert voice_addresses(tmp_path) == first
    host, _, port = first[1].rpartition(":")
    with socket.create_server((host, int(port))):
        assert voice_addresses(tmp_path) != first


def test_the_voices_of_a_running_up_are_noted(tmp_path: Path) -> None:
    assert noted_voices(tmp_path) == []

    write_note(tmp_path, {"voice_urls": "127.0.0.1:1,127.0.0.1:2", "redis_url": "unix:///r"})

    assert noted_voices(tmp_path) == ["127.0.0.1:1", "127.0.0.1:2"]
