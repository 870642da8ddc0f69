"""One receiver never costs another: URLs of one host, of one tenant and of several."""

from collections import Counter
from collections.abc import Iterator
from threading import Semaphore
from typing import Final
from uuid import UUID

import pytest
from pendulum import DateTime
from sqlalchemy import insert, select
from typing_extensions import override
from uuid_utils.compat import uuid7

from tests.builders import NOON
from tests.builders.outbox import HOST, a_delivery, add_deliveries, due_hosts, fill_with_calls, stored
from tests.fakes.callbacks import AWAY, HAD, FakeSender, OneAfterTheOther, Sent
from tests.fakes.clock import FakeClock
from tests.fakes.database import empty_database
from tests.fakes.jobs import FakeJobQueue
from worker.domain.breaker import LONGEST_PAUSE, SHUT_AT
from worker.domain.ids import TenantId
from worker.domain.retry import Answer
from worker.ports.dispatch.outbox import Delivery
from worker.store.base.callback_tables import callback_urls
from worker.store.base.tables import tenants
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.deliver_callbacks import deliver_callbacks
from worker.usecases.callbacks.delivery_session import SenderPool
from worker.usecases.callbacks.rotation import URLS_READ

BACKLOG: Final = 200
GOOD, BAD, SILENT = (f"https://{HOST}/{name}" for name in ("good", "bad", "silent"))
OTHER_TENANT = TenantId(UUID(int=0x7E4A))
REFUSED = Answer(404, "the receiver answered 404")


class SenderByUrl(FakeSender):
    """Answers as the URL is said to."""

    def __init__(self, **answers: Answer) -> None:
        """Take the answer of each URL by the last part of its path; others answer 200."""
        super().__init__()
        self.answers = answers

    @override
    def send(self, delivery: Delivery, *, secrets: object, apikey: str, now: DateTime) -> Answer:
        self.sent.append(Sent(delivery, [], now, apikey))
        return self.answers.get(delivery.url.rpartition("/")[2], HAD)


class Neighbours:
    """One host; the sweep looks for what is due every second."""

    def __init__(self, store: SqlStore, sender: SenderByUrl) -> None:
        self.store = store
        self.sender = sender
        self.clock = FakeClock(NOON)
        self._calls = 0

    def call_ends(self, url: str, *, tenant_id: TenantId | None = None, times: int = 1) -> None:
        """Put callbacks of new calls in the outbox, due now."""
        changed = {"url": url} if tenant_id is None else {"url": url, "tenant_id": tenant_id}
        made = [a_delivery(self._calls + number, **changed) for number in range(1, times + 1)]
        self._calls += times
        with self.store.transaction() as tx:
            tx.deliveries.insert(made, now=self.clock.now())

    def play(self, seconds: int) -> None:
        for _ in range(seconds):
            self.look()
            self.clock.wait(1)

    def look(self) -> None:
        pool = SenderPool(self.sender, threads=OneAfterTheOther(), bulkhead=Semaphore(8), chance=lambda: 0.5)
        for host in due_hosts(self.store, now=self.clock.now()):
            deliver_callbacks(self.store, queue=FakeJobQueue(), pool=pool, host=host, lease=uuid7(), clock=self.clock)

    def states(self, url: str) -> Counter[str]:
        return Counter(row.state for row in stored(self.store).values() if row.url == url)

    def attempts(self, url: str) -> list[DateTime]:
        return [sent.at for sent in self.sender.sent if sent.delivery.url == url]


@pytest.fixture
def neighbours() -> Iterator[Neighbours]:
    engine = empty_database()
    store = SqlStore(engine)
    fill_with_calls(store, 2 * BACKLOG)
    with store.transaction() as tx:
        other = {"id": OTHER_TENANT, "name": "other", "timezone": "UTC", "callback_secret": "whsec_BBBB"}
        tx.connection.execute(insert(tenants).values(**other, created_at=NOON))
    yield Neighbours(store, SenderByUrl(bad=REFUSED, silent=AWAY))
    engine.dispose()


@pytest.mark.parametrize("tenant_id", [None, OTHER_TENANT])
def test_two_hundred_dead_letters_in_the_making_cost_the_good_url_nothing(
    neighbours: Neighbours, tenant_id: TenantId | None
) -> None:
    neighbours.call_ends(BAD, times=BACKLOG)
    seconds = 60

    for _ in range(0, seconds, 4):
        neighbours.call_ends(GOOD, tenant_id=tenant_id)
        neighbours.play(4)

    assert neighbours.states(GOOD) == {"delivered": seconds // 4}
    assert neighbours.attempts(GOOD) == [NOON.add(seconds=second) for second in range(0, seconds, 4)]
    assert neighbours.states(BAD) == {"pending": BACKLOG}


def test_a_url_that_refuses_everything_gets_one_trial_request_after_each_growing_pause(neighbours: Neighbours) -> None:
    neighbours.call_ends(BAD, times=BACKLOG)

    neighbours.play(300)

    moments = [round((moment - NOON).total_seconds()) for moment in neighbours.attempts(BAD)]
    assert len([moment for moment in moments if moment == 0]) < SHUT_AT + 8, "those under way when it shut"
    assert [moment for moment in moments if moment] == [5, 15, 35, 75, 135, 195, 255]


def test_a_url_that_is_well_again_gets_everything_at_once(neighbours: Neighbours) -> None:
    neighbours.call_ends(BAD, times=BACKLOG)
    neighbours.play(100)
    neighbours.sender.answers = {}

    neighbours.play(round(LONGEST_PAUSE.total_seconds()))

    assert neighbours.states(BAD) == {"delivered": BACKLOG}


def test_a_silent_url_beside_one_that_answers_does_not_shut_the_host(neighbours: Neighbours) -> None:
    neighbours.call_ends(GOOD)
    neighbours.play(1)
    neighbours.call_ends(SILENT, times=BACKLOG)
    in_time = []

    for _ in range(20):
        neighbours.call_ends(GOOD)
        before = len(neighbours.attempts(GOOD))
        neighbours.play(4)
        in_time.append(len(neighbours.attempts(GOOD)) - before)

    assert in_time == [1] * 20
    assert len(neighbours.attempts(SILENT)) < 15


def test_the_trial_requests_of_a_silent_host_take_turns_over_its_urls(neighbours: Neighbours) -> None:
    urls = [(tenant_id, f"https://{HOST}/{name}") for tenant_id in (None, OTHER_TENANT) for name in ("a", "b")]
    neighbours.sender.answers = dict.fromkeys("ab", AWAY)
    for tenant_id, url in urls:
        neighbours.call_ends(url, tenant_id=tenant_id, times=5)
    neighbours.play(5)
    before = len(neighbours.sender.sent)

    neighbours.play(400)

    trials = [sent.delivery.address for sent in neighbours.sender.sent[before:]]
    assert len(set(trials[:4])) == len(urls)
    assert len(trials) < 12


def test_the_urls_that_received_something_lately_try_a_silent_host_first(neighbours: Neighbours) -> None:
    neighbours.call_ends(GOOD)
    neighbours.play(1)
    neighbours.sender.answers = {"good": AWAY, "new": AWAY, "silent": AWAY}
    for number in range(30):
        neighbours.call_ends(f"https://{HOST}/{number}/new")
    neighbours.call_ends(SILENT, times=3)
    neighbours.play(1)
    neighbours.call_ends(GOOD)
    neighbours.sender.answers = {"new": REFUSED, "silent": AWAY}

    neighbours.play(10)

    assert neighbours.states(GOOD) == {"delivered": 2}


def test_a_url_that_was_shut_is_said_to_be(neighbours: Neighbours, caplog: pytest.LogCaptureFixture) -> None:
    neighbours.call_ends(BAD, times=BACKLOG)

    neighbours.play(1)

    with neighbours.store.reading() as tx:
        (url,) = tx.connection.execute(select(callback_urls)).all()
    assert (url.failing_since, url.refusals, url.shut_until) == (NOON, SHUT_AT, NOON.add(seconds=5))
    said = [vars(record) for record in caplog.records if vars(record).get("action") == "callback_url_shut"]
    assert [(line["host"], line["refusals"]) for line in said] == [(HOST, SHUT_AT)]


def test_every_url_is_served_however_many_a_host_has(neighbours: Neighbours) -> None:
    count = URLS_READ + 150
    neighbours.call_ends(GOOD, times=BACKLOG - 160)
    add_deliveries(
        neighbours.store, [a_delivery(50 + number, url=f"https://{HOST}/{number}/ok") for number in range(count)]
    )

    neighbours.play(3)

    assert {row.state for row in stored(neighbours.store).values()} == {"delivered"}
