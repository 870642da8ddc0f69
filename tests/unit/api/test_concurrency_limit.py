"""What happens to requests that come faster than they can be worked on."""

import asyncio

import pytest
from fastapi.testclient import TestClient

from api.concurrency_limit import ConcurrencyLimit
from worker.domain.errors import Unavailable


def test_who_finds_a_place_is_let_in() -> None:
    async def come() -> str:
        async with ConcurrencyLimit(at_once=1).admit():
            return "in"

    assert asyncio.run(come()) == "in"


def test_a_place_that_was_left_is_free_again() -> None:
    async def come_twice() -> int:
        limit = ConcurrencyLimit(at_once=1, longest_wait_seconds=0)
        visits = 0
        for _ in range(2):
            async with limit.admit():
                visits += 1
        return visits

    assert asyncio.run(come_twice()) == 2


def test_a_place_is_free_again_after_an_error() -> None:
    async def fail_and_come() -> str:
        limit = ConcurrencyLimit(at_once=1, longest_wait_seconds=0)
        with pytest.raises(KeyError):
            async with limit.admit():
                raise KeyError
        async with limit.admit():
            return "in"

    assert asyncio.run(fail_and_come()) == "in"


def test_who_waits_is_let_in_when_somebody_leaves() -> None:
    async def wait_for_the_other() -> str:
        limit = ConcurrencyLimit(at_once=1, longest_wait_seconds=60)
        async with limit.admit():
            waiting = asyncio.create_task(_visit(limit))
            await asyncio.sleep(0)
            assert not waiting.done()
        return await waiting

    assert asyncio.run(wait_for_the_other()) == "in"


def test_nobody_waits_for_long() -> None:
    async def wait_in_vain() -> None:
        limit = ConcurrencyLimit(at_once=1, longest_wait_seconds=0)
        async with limit.admit():
            await _visit(limit)

    with pytest.raises(Unavailable, match="too many requests at once"):
        asyncio.run(wait_in_vain())


def test_no_more_than_so_many_wait() -> None:
    async def join_the_queue() -> tuple[str, str]:
        limit = ConcurrencyLimit(at_once=1, most_waiting=1, longest_wait_seconds=60)
        async with limit.admit():
            first = asyncio.create_task(_visit(limit))
            await asyncio.sleep(0)
            with pytest.raises(Unavailable):
                await _visit(limit)
        return await first, await _visit(limit)

    assert asyncio.run(join_the_queue()) == ("in", "in")


def test_a_request_without_a_place_is_told_when_to_come_again(client: TestClient) -> None:
    without_places(client)

    answer = client.get("/v3/campaign")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json() == {"error": "too many requests at once"}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_a_process_without_places_can_be_watched(client: TestClient, path: str) -> None:
    without_places(client)

    assert client.get(path).status_code == 200


def without_places(client: TestClient) -> None:
    """Take away every place."""
    client.app.state.concurrency = ConcurrencyLimit(at_once=0, longest_wait_seconds=0)  # type: ignore[attr-defined]  # an ASGI app only


async def _visit(limit: ConcurrencyLimit) -> str:
    async with limit.admit():
        return "in"
