"""What many clients ask for is computed once."""

import asyncio
from collections.abc import Callable
from threading import Event

import pytest

from api.kept import GIVEN_AT_ONCE, Kept
from worker.domain.errors import Unavailable


def counting() -> Callable[[], int]:
    """Return a computation that says how often it ran."""
    runs = 0

    def compute() -> int:
        nonlocal runs
        runs += 1
        return runs

    return compute


def test_clients_that_ask_at_once_share_one_computation() -> None:
    go_on, runs = Event(), counting()

    def compute() -> int:
        go_on.wait(10)
        return runs()

    async def ask() -> list[int]:
        kept = Kept[int]()
        waiting = [asyncio.create_task(kept.get(compute)) for _ in range(32)]
        await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(*waiting)

    assert asyncio.run(ask()) == [1] * 32


def test_a_result_is_kept_for_its_time_and_computed_again_afterwards() -> None:
    now = 100.0

    async def ask() -> list[int]:
        nonlocal now
        kept, runs, seen = Kept[int](seconds=1, steady=lambda: now), counting(), []
        for moment in (100.0, 100.9, 101.0, 101.9):
            now = moment
            seen.append(await kept.get(runs))
        return seen

    assert asyncio.run(ask()) == [1, 1, 2, 2]


def test_whoever_polls_without_a_pause_waits_for_the_next_result() -> None:
    async def ask() -> tuple[list[int], int]:
        kept, runs = Kept[int](seconds=0.05), counting()
        at_once = [await kept.get(runs) for _ in range(GIVEN_AT_ONCE)]
        return at_once, await kept.get(runs)

    assert asyncio.run(ask()) == ([1] * GIVEN_AT_ONCE, 2)


def test_an_error_is_kept_as_long_as_a_result() -> None:
    runs = counting()

    def fail() -> int:
        runs()
        raise Unavailable("the database is away")

    async def ask() -> None:
        kept = Kept[int](seconds=1, steady=lambda: 100.0)
        for _ in range(3):
            with pytest.raises(Unavailable, match="away"):
                await kept.get(fail)

    asyncio.run(ask())

    assert runs() == 2


def test_a_client_that_goes_away_leaves_the_computation_to_the_others() -> None:
    go_on, runs = Event(), counting()

    def compute() -> int:
        go_on.wait(10)
        return runs()

    async def ask() -> int:
        kept = Kept[int]()
        first, second = (asyncio.create_task(kept.get(compute)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        go_on.set()
        return await second

    assert asyncio.run(ask()) == 1
