"""When a run has come to rest, and when it is given up; time passes only where the run is tended."""

import time
from collections.abc import Iterator

import pytest

from tests.faults.rest import Left, come_to_rest, told

NOTHING = Left(leads=0, calls=0, callbacks=0, retries=0, posted_cdrs=0, broken=7)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each look at the clock be a tenth of a second later."""
    moments = iter(range(10_000_000))
    monkeypatch.setattr(time, "monotonic", lambda: next(moments) / 10)
    monkeypatch.setattr(time, "sleep", lambda _: None)


def leads(*counts: int) -> Iterator[Left]:
    yield from (Left(leads=count, calls=0, callbacks=0, retries=0, posted_cdrs=0, broken=0) for count in counts)


def rests(looks: Iterator[Left], *, is_done: bool = True) -> bool:
    return come_to_rest(lambda: next(looks), tend=lambda: None, is_done=lambda: is_done)


def test_a_broken_url_is_not_waited_for() -> None:
    assert rests(iter([NOTHING]))


def test_a_run_that_goes_on_is_waited_for_however_slow() -> None:
    assert rests(leads(*range(1000, -1, -1)))


def test_a_run_that_stands_still_is_given_up() -> None:
    assert not rests(leads(*(9 for _ in range(10_000))))
    assert not rests(iter([NOTHING] * 10_000), is_done=False)


def test_a_retry_that_is_not_due_yet_is_waited_for() -> None:
    waiting = Left(leads=0, calls=0, callbacks=0, retries=1, posted_cdrs=0, broken=0)

    assert rests(iter([*[waiting] * 600, NOTHING]))
    assert not rests(iter([waiting] * 10_000))


def test_what_is_left_is_told_by_kind() -> None:
    assert told(NOTHING) == "0 leads, 0 calls, 0 callbacks, 0 retries, 0 posted cdrs, 7 broken"
