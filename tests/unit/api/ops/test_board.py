"""The board reads once for all viewers of a tenant, while there are any."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from fastapi import Request

from api.ops import live
from api.ops.board import Board, Update
from worker.domain.errors import Unavailable

MINE, THEIRS = UUID(int=1), UUID(int=2)


class Reader:
    """Notes for which views it was asked."""

    def __init__(self) -> None:
        """Start without a reading."""
        self.asked: list[set[str]] = []
        self.is_down = False

    def __call__(self, views: Collection[str]) -> Mapping[str, str]:
        self.asked.append(set(views))
        if self.is_down:
            raise Unavailable("down")
        return {view: f"{view} {len(self.asked)}" for view in views}


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await test()

    asyncio.run(bounded())


def test_many_viewers_cost_one_reading_and_equal_views_one_rendering() -> None:
    async def test() -> None:
        read, board = Reader(), Board[str](every_seconds=0.01)
        async with AsyncExitStack() as stack:
            viewers = [
                await stack.enter_async_context(board.watching(MINE, view, read=read)) for view in ("a", "b", "b", "b")
            ]
            told = await asyncio.gather(*(anext(viewer) for viewer in viewers))
            assert board.viewers == 4
        assert [one.html for one in told] == ["a 1", "b 1", "b 1", "b 1"]
        assert read.asked == [{"a", "b"}]

    run(test)


def test_the_reading_ends_with_the_last_viewer_and_begins_with_the_next() -> None:
    async def test() -> None:
        read, board = Reader(), Board[str](every_seconds=0.01)
        async with board.watching(MINE, "a", read=read) as first:
            await anext(first)
            async with board.watching(MINE, "b", read=read) as second:
                await anext(second)
            await anext(first)
        assert board.viewers == 0
        readings = len(read.asked)
        await asyncio.sleep(0.05)
        assert len(read.asked) == readings
        async with board.watching(MINE, "a", read=read) as again:
            await anext(again)
        assert len(read.asked) > readings

    run(test)


def test_tenants_are_read_apart() -> None:
    async def test() -> None:
        mine, theirs, board = Reader(), Reader(), Board[str](every_seconds=0.01)
        async with board.watching(MINE, "a", read=mine) as one, board.watching(THEIRS, "a", read=theirs) as other:
            await asyncio.gather(anext(one), anext(other))
        assert mine.asked
        assert theirs.asked

    run(test)


def test_there_are_not_more_viewers_than_a_process_carries() -> None:
    async def test() -> None:
        read, board = Reader(), Board[str](most_viewers=1)
        async with board.watching(MINE, "a", read=read):
            with pytest.raises(Unavailable):
                async with board.watching(THEIRS, "a", read=read):
                    pass
        async with board.watching(MINE, "a", read=read):
            pass

    run(test)


def test_a_failed_reading_leaves_the_figures_and_says_that_they_are_old() -> None:
    async def test() -> None:
        read, board = Reader(), Board[str](every_seconds=0.01)
        async with board.watching(MINE, "a", read=read) as viewer:
            assert await anext(viewer) == Update("a 1", is_old=False)
            read.is_down = True
            assert await until(viewer, is_old=True) == "a 1"
            read.is_down = False
            assert await until(viewer, is_old=False) != "a 1"

    run(test)


async def until(viewer: Any, *, is_old: bool) -> str | None:
    async for update in viewer:
        if update.is_old is is_old:
            return cast("str | None", update.html)
    return None


def events(monkeypatch: pytest.MonkeyPatch, *, logged_in: bool, ending: bool = False) -> list[bytes]:
    monkeypatch.setattr(live, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(live, "_is_logged_in", lambda _request: logged_in)
    told: list[bytes] = []

    async def test() -> None:
        end = asyncio.Event()
        if ending:
            end.set()
        request = cast("Request", SimpleNamespace(state=SimpleNamespace(ending=end)))
        read, board = Reader(), Board[str](every_seconds=0.01)
        answer = await live.stream(request, board, "a", tenant_id=MINE, read=read, banner=lambda: "old")
        async for part in answer.body_iterator:
            told.append(cast("bytes", part))
            if len(told) > 4:
                break
        await cast("Any", answer.body_iterator).aclose()
        assert board.viewers == 0

    run(test)
    return told


def test_a_stream_sends_what_has_changed_and_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    assert events(monkeypatch, logged_in=True) == [
        b"retry: 2000\n\n",
        b"event: board\ndata: a 1\n\n",
        b": still here\n\n",
        b"event: board\ndata: a 2\n\n",
        b": still here\n\n",
    ]


def test_a_stream_ends_with_its_session(monkeypatch: pytest.MonkeyPatch) -> None:
    assert events(monkeypatch, logged_in=False)[-1] == b"event: ended\ndata: \n\n"


def test_a_stream_ends_with_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    assert events(monkeypatch, logged_in=True, ending=True) == [b"retry: 2000\n\n"]


def test_an_event_of_several_lines_is_one_event() -> None:
    assert live.event("board", "<p>\n</p>") == b"event: board\ndata: <p>\ndata: </p>\n\n"
