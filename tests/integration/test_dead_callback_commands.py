"""`callbeat callbacks dead|replay`: what was given up is found, and sent again."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import NOON
from tests.builders.outbox import a_delivery, add_deliveries, fill_with_calls
from tests.integration.commands import columns, ended, only_home_set, run
from worker.cli.bootstrap import bring_up_to_date
from worker.domain.retry import Answer, Dead
from worker.ports.callbacks.deliveries import Attempt
from worker.store.transaction import SqlStore
from worker.wiring import settings, store

DEAD = [str(a_delivery(number).id) for number in (3, 2, 1)]
"""Newest first."""


@pytest.fixture(autouse=True)
def filled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SqlStore]:
    """Start with five callbacks of one campaign, three of which were given up; the broker is away."""
    with only_home_set(monkeypatch, tmp_path / "home"):
        monkeypatch.setenv("CALLBEAT_REDIS_URL", "redis://127.0.0.1:1/0")
        bring_up_to_date(settings())
        filled = store()
        fill_with_calls(filled, 5)
        add_deliveries(filled, [a_delivery(number) for number in range(1, 6)])
        with filled.transaction() as tx:
            for number in (1, 2, 3):
                gave_up = Attempt(a_delivery(number), NOON, 9, Answer(500, "no"), Dead("enough"))
                tx.deliveries.record([gave_up], now=NOON)
        yield filled


def dead(*arguments: str) -> list[str]:
    return [row[0] for row in columns(run("callbacks", "dead", *arguments)[1])]


def test_dead_callbacks_are_listed_with_what_their_receiver_said() -> None:
    rows = columns(run("callbacks", "dead")[1])

    assert [row[0] for row in rows] == DEAD
    assert [(row[2], row[-3], row[-1]) for row in rows] == [("cdr", "500", a_delivery().url)] * 3
    assert [one["state"] for one in json.loads(run("callbacks", "dead", "--json")[1])] == ["dead"] * 3
    assert dead("--campaign", "reminders", "--from", "2026-11-23", "--to", "2026-11-23") == DEAD
    assert dead("--to", "2026-11-22") == dead("--from", "2026-11-24") == []


def test_one_is_replayed_by_its_id_and_the_others_together() -> None:
    assert run("callbacks", "replay", DEAD[0]) == (0, "replayed: 1 callbacks\n")
    assert dead() == DEAD[1:]

    assert json.loads(run("callbacks", "replay", "--campaign", "reminders", "--json")[1]) == {"replayed": 2}
    assert dead() == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        ([DEAD[0], "--all"], 2),
        (["--all", "--campaign", "reminders"], 2),
        (["nothing"], 2),
        (["--from", "yesterday"], 2),
        (["--campaign", "other"], 3),
        (["6b1d6d3c-0000-4000-8000-000000000000"], 3),
    ],
)
def test_a_replay_that_names_nothing_replays_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int
) -> None:
    assert ended(capsys, monkeypatch, "callbacks", "replay", *arguments)[0] == code
    assert dead() == DEAD
