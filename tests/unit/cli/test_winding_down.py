"""The line that an operator reads while ``up`` stops."""

import pytest

from worker.cli.winding_down import progress


@pytest.mark.parametrize(
    ("calls", "left", "said"),
    [
        (3, 29.9, "Stopping: 3 calls up, at most 30 s left, running: listener, redis. Ctrl-C ends at once."),
        (1, 25.0, "Stopping: 1 call up, at most 25 s left, running: listener, redis. Ctrl-C ends at once."),
        (0, 0.4, "Stopping: 0 calls up, at most 5 s left, running: listener, redis. Ctrl-C ends at once."),
        (None, -3, "Stopping: calls unknown, at most 0 s left, running: listener, redis. Ctrl-C ends at once."),
    ],
)
def test_it_says_what_is_up_and_how_long_that_may_take(calls: int | None, left: float, said: str) -> None:
    assert progress(calls=calls, left=left, running=["listener", "redis"]) == said
