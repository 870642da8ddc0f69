"""How `callbeat top` goes on: what it does while nothing can be read, and how long it rests."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import cast

import pytest
from typing_extensions import override

from worker.cli.top.command import REST, View, follow
from worker.cli.top.sight import Sight
from worker.domain.errors import Unavailable

SIGHT = cast("Sight", object())  # nothing of it is used


@dataclass
class Noted(View):
    """Notes what it receives, and ends after some waits."""

    waits: int
    told: list[object] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    @override
    def show(self, sight: Sight) -> None:
        self.told.append(sight)

    @override
    def tell(self, trouble: str) -> None:
        self.told.append(trouble)

    @override
    def wait(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        return len(self.pauses) == self.waits


def test_a_database_that_is_away_is_told_and_asked_again() -> None:
    view = Noted(waits=3)
    answers: Iterator[Sight | Unavailable] = iter([SIGHT, Unavailable("the database is away"), SIGHT])

    def read() -> Sight:
        answer = next(answers)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    follow(read, view, every=1.0)

    assert view.told == [SIGHT, "the database is away; it is asked again", SIGHT]


@pytest.mark.parametrize(("took", "pause"), [(0.0, 1.0), (0.05, 0.95), (0.5, 0.5 * REST)])
def test_a_long_reading_is_followed_by_a_long_pause(monkeypatch: pytest.MonkeyPatch, took: float, pause: float) -> None:
    times = chain([100.0], repeat(100.0 + took))
    monkeypatch.setattr("worker.cli.top.command.monotonic", lambda: next(times))
    view = Noted(waits=1)

    follow(lambda: SIGHT, view, every=1.0)

    assert view.pauses == [pytest.approx(pause)]
