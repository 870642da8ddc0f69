"""Daily reports are written once a day, claimed by one task at a time, and sent until they are taken or given up."""

from dataclasses import replace
from uuid import UUID

import pytest
from pendulum import DateTime
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, HANOI, NOON, TENANT, fill_store
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import FakeJobQueue
from tests.fakes.mails import FakeMails
from worker.domain.errors import Conflict, NotFound, Rejected, Unavailable
from worker.domain.ids import TenantId
from worker.domain.language import Language
from worker.domain.report_subscription import SCHEDULE, Channel, next_report_at
from worker.domain.retry import KEPT, DeliveryState
from worker.domain.timing import REPORT_LEASE
from worker.ports.records.report_files import ReportForm
from worker.ports.records.report_subscriptions import DailyReport, ReportSubscription
from worker.reports.writer import ReportFiles
from worker.store.base.callback_tables import deliveries
from worker.store.base.tables import campaigns
from worker.store.transaction import SqlStore
from worker.usecases.records.report_by_subscription import (
    Making,
    make_daily_reports,
    subscribe_to_report,
    unsubscribe_from_report,
)
from worker.usecases.records.send_reports import AT_ONCE, Postman, send_reports

SEVEN = 7 * 60
DUE = next_report_at(NOON, minute=SEVEN, zone=HANOI)


@pytest.fixture
def postman(store: SqlStore, queue: FakeJobQueue) -> Postman:
    """Give what sends reports, at the time of the first one."""
    fill_store(store)
    return Postman(store=store, queue=queue, files=ReportFiles(), mails=FakeMails(), clock=FakeClock(DUE))


def subscribe(store: SqlStore, *, channel: Channel = Channel.MAIL, address: str = "an@example.com") -> UUID:
    one = ReportSubscription(
        id=uuid7(),
        tenant_id=TENANT,
        campaign_id=CAMPAIGN,
        channel=channel,
        address=address,
        form=ReportForm.HTML,
        language=Language.VIETNAMESE,
        minute=SEVEN,
        next_at=DUE,
    )
    subscribe_to_report(store, one, now=NOON)
    return one.id


def make(store: SqlStore, queue: FakeJobQueue, *, at: DateTime = DUE) -> None:
    make_daily_reports(Making(store=store, queue=queue, now=at, new_id=uuid7))


def reports(store: SqlStore) -> list[DailyReport]:
    with store.reading() as tx:
        return tx.report_subscriptions.latest(TENANT, limit=100)


def wait(postman: Postman, seconds: float) -> None:
    assert isinstance(postman.clock, FakeClock)
    postman.clock.wait(seconds)


def mails(postman: Postman) -> FakeMails:
    assert isinstance(postman.mails, FakeMails)
    return postman.mails


def test_a_report_is_mailed_once_a_day(store: SqlStore, queue: FakeJobQueue, postman: Postman) -> None:
    subscribe(store)
    make(store, queue, at=DUE.subtract(seconds=1))
    assert (reports(store), queue.reports) == ([], 0)

    for _ in range(3):
        make(store, queue)
        send_reports(postman)
    wait(postman, 86_400)
    make(store, queue, at=DUE.add(days=1))
    send_reports(postman)

    assert [(one.day, one.state, one.attempt) for one in reports(store)] == [
        ("2026-11-24", DeliveryState.DELIVERED, 1),
        ("2026-11-23", DeliveryState.DELIVERED, 1),
    ]
    first, second = mails(postman).sent
    assert first.subject == "Báo cáo chiến dịch: " + first.text.splitlines()[0] + ", 2026-11-23"
    assert "23/11/2026 00:00 đến 24/11/2026 00:00" in first.file.content.decode()
    assert (first.to, first.key != second.key) == ("an@example.com", True)


def test_a_day_that_was_missed_is_not_made_up_for(store: SqlStore, queue: FakeJobQueue, postman: Postman) -> None:
    subscribe(store)
    wait(postman, 5 * 86_400)
    make(store, queue, at=DUE.add(days=5))
    make(store, queue, at=DUE.add(days=5))

    assert [one.day for one in reports(store)] == ["2026-11-28"]


def test_one_that_is_not_taken_is_tried_again_and_given_up_in_the_end(
    store: SqlStore, queue: FakeJobQueue, postman: Postman
) -> None:
    subscribe(store)
    make(store, queue)
    mails(postman).refusal = Unavailable("the mail server is away")
    for number, pause in enumerate(SCHEDULE, start=1):
        send_reports(postman)
        send_reports(postman)  # it is not due yet
        (one,) = reports(store)
        assert (one.state, one.attempt, one.last_error) == (DeliveryState.PENDING, number, "the mail server is away")
        wait(postman, pause.total_seconds())
    send_reports(postman)

    (one,) = reports(store)
    assert (one.state, one.attempt) == (DeliveryState.DEAD, len(SCHEDULE) + 1)
    mails(postman).refusal = None
    wait(postman, 86_400)
    send_reports(postman)
    assert mails(postman).sent == []


def test_one_that_is_refused_for_good_is_given_up_at_once(
    store: SqlStore, queue: FakeJobQueue, postman: Postman
) -> None:
    subscribe(store)
    make(store, queue)
    mails(postman).refusal = Rejected("no such user")
    send_reports(postman)

    (one,) = reports(store)
    assert (one.state, one.attempt, one.last_error) == (DeliveryState.DEAD, 1, "no such user")


def test_what_a_killed_process_had_claimed_is_sent_after_its_lease_and_its_late_result_changes_nothing(
    store: SqlStore, queue: FakeJobQueue, postman: Postman
) -> None:
    subscribe(store)
    make(store, queue)
    with store.transaction() as tx:
        claimed = tx.report_subscriptions.claim(now=DUE, until=DUE + REPORT_LEASE)
    assert claimed is not None
    send_reports(postman)
    assert mails(postman).sent == []

    wait(postman, REPORT_LEASE.total_seconds())
    send_reports(postman)
    with store.transaction() as tx:
        late = replace(claimed[0], state=DeliveryState.DEAD, last_error="late")
        tx.report_subscriptions.record(late, now=postman.clock.now())

    assert [(one.state, one.attempt) for one in reports(store)] == [(DeliveryState.DELIVERED, 2)]
    assert len(mails(postman).sent) == 1


def test_a_webhook_gets_a_callback_of_the_outbox_once(store: SqlStore, queue: FakeJobQueue, postman: Postman) -> None:
    subscribe(store, channel=Channel.WEBHOOK, address="https://crm.example/reports")
    make(store, queue)
    send_reports(postman)
    send_reports(postman)

    with store.transaction() as tx:
        (row,) = tx.connection.execute(select(deliveries)).all()
    assert (row.event, row.url, row.state) == ("campaign_report", "https://crm.example/reports", "pending")
    assert '"day":"2026-11-23"' in row.body.replace(": ", ":")
    assert queue.deliveries == ["crm.example"]
    assert reports(store)[0].state is DeliveryState.DELIVERED


def test_a_deleted_campaign_or_subscription_gets_no_report(
    store: SqlStore, queue: FakeJobQueue, postman: Postman
) -> None:
    first, second = subscribe(store), subscribe(store, address="b@example.com")
    make(store, queue)
    unsubscribe_from_report(store, tenant_id=TENANT, subscription_id=second, now=DUE)
    with store.transaction() as tx:
        tx.connection.execute(update(campaigns).where(campaigns.c.id == CAMPAIGN).values(deleted_at=DUE))
    send_reports(postman)
    make(store, queue, at=DUE.add(days=1))

    assert mails(postman).sent == []
    assert {one.subscription_id: (one.state, one.last_error) for one in reports(store)} == {
        first: (DeliveryState.DEAD, "the campaign was deleted"),
        second: (DeliveryState.DEAD, "the subscription was removed"),
    }


def test_many_that_are_due_at_once_are_sent_in_parts(store: SqlStore, queue: FakeJobQueue, postman: Postman) -> None:
    for number in range(AT_ONCE + 2):
        subscribe(store, address=f"an{number}@example.com")
    make(store, queue)
    send_reports(postman)
    assert (len(mails(postman).sent), queue.reports) == (AT_ONCE, 2)  # the first request came from the making

    send_reports(postman)
    assert len({mail.to for mail in mails(postman).sent}) == AT_ONCE + 2


def test_old_reports_are_forgotten(store: SqlStore, queue: FakeJobQueue, postman: Postman) -> None:
    one = subscribe(store)
    make(store, queue)
    send_reports(postman)
    unsubscribe_from_report(store, tenant_id=TENANT, subscription_id=one, now=DUE)
    make(store, queue, at=DUE + KEPT)
    assert len(reports(store)) == 1
    make(store, queue, at=(DUE + KEPT).add(seconds=1))
    assert reports(store) == []


def test_an_address_subscribes_to_a_report_once_and_another_tenants_subscription_is_not_found(
    store: SqlStore,
) -> None:
    fill_store(store)
    one = subscribe(store)

    with pytest.raises(Conflict):
        subscribe(store)
    with pytest.raises(NotFound):
        unsubscribe_from_report(store, tenant_id=TenantId(UUID(int=5)), subscription_id=one, now=NOON)
    unsubscribe_from_report(store, tenant_id=TENANT, subscription_id=one, now=NOON)
    with pytest.raises(NotFound):
        unsubscribe_from_report(store, tenant_id=TENANT, subscription_id=one, now=NOON)
