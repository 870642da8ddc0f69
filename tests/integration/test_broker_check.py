"""A broker that is away, or takes nothing more, is named by the check that sends a message."""

import pytest
from celery import Celery

from tests.stack.addresses import free_port
from worker.domain.errors import Unavailable
from worker.jobs.broker_check import check_broker


def test_a_broker_that_is_away_is_named() -> None:
    app = Celery("test", set_as_current=False, broker=f"redis://127.0.0.1:{free_port()}/0", backend="disabled")

    with pytest.raises(Unavailable, match="the broker takes no messages"):
        check_broker(app)


@pytest.mark.redis
def test_a_broker_that_is_there_takes_one(redis_url: str) -> None:
    app = Celery("test", set_as_current=False, broker=redis_url, backend="disabled")

    check_broker(app)
    app.close()
