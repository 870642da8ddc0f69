"""A worker for callbacks is killed while it sends: what it had in hand is sent again, under the same ids."""

import time
from pathlib import Path

import pytest

from tests.builders.outbox import a_delivery, stored
from tests.stack.outbox import Outbox, running_outbox
from tests.stack.receivers import Receivers
from tests.stack.waiting import wait_until
from worker.domain.callback_url import host_of
from worker.domain.retry import DeliveryState

COUNT = 120
PATIENCE_SECONDS = 120


def states(outbox: Outbox) -> set[DeliveryState]:
    return {row.state for row in stored(outbox.store).values()}


@pytest.mark.slow(seconds=30)
@pytest.mark.usefixtures("postgres_server", "redis_server")  # what runs here is of the same wheels
def test_a_killed_worker_s_callbacks_are_sent_again_within_seconds(tmp_path: Path) -> None:
    with running_outbox(tmp_path, calls=COUNT) as outbox, Receivers("slow") as receivers:
        url = receivers.url("slow")
        waiting = [a_delivery(number, url=url, host=host_of(url)) for number in range(1, COUNT + 1)]
        outbox.add(waiting)
        wait_until(lambda: len(receivers.taken) > COUNT // 4, seconds=PATIENCE_SECONDS)
        outbox.processes["callbacks"].kill()
        killed_at = time.time()
        outbox.processes["callbacks"].start()

        expected = {str(delivery.id) for delivery in waiting}
        wait_until(lambda: {one.webhook_id for one in receivers.taken} == expected, seconds=PATIENCE_SECONDS)
        wait_until(lambda: states(outbox) == {DeliveryState.DELIVERED}, seconds=PATIENCE_SECONDS)
        ids = [one.webhook_id for one in receivers.taken]

        had = sum(one.at <= killed_at for one in receivers.taken)  # some of them are told here later

    assert len(ids) - len(set(ids)) <= had
