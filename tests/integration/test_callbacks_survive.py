"""A worker for callbacks is killed while it sends: what it had in hand is sent again, under the same ids."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from tests.bench.post_office import post_office
from tests.builders.outbox import a_delivery, stored
from tests.stack.receivers import Receivers
from worker.domain.callback_url import host_of
from worker.domain.retry import DeliveryState

COUNT = 120
PATIENCE_SECONDS = 120


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, "it did not come to that"
        Event().wait(0.05)


@pytest.mark.slow
@pytest.mark.usefixtures("postgres_server", "redis_server")  # what runs here is of the same wheels
def test_a_killed_worker_s_callbacks_are_sent_again_within_seconds(tmp_path: Path) -> None:
    with post_office(tmp_path, calls=COUNT) as office, Receivers("slow") as receivers:
        url = receivers.url("slow")
        waiting = [a_delivery(number, url=url, host=host_of(url)) for number in range(1, COUNT + 1)]
        office.add(waiting)
        wait_until(lambda: len(receivers.taken) > COUNT // 4)
        office.parts["callbacks"].kill()
        had = len(receivers.taken)
        office.parts["callbacks"].start()

        wait_until(lambda: {one.webhook_id for one in receivers.taken} == {str(d.id) for d in waiting})
        wait_until(lambda: {row.state for row in stored(office.store).values()} == {DeliveryState.DELIVERED})
        ids = [one.webhook_id for one in receivers.taken]

    assert len(ids) - len(set(ids)) <= had
