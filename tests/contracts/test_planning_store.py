"""What planning relies on in the store: claims in order, slots counted, demand seen."""

from collections.abc import Sequence

import pytest

from tests.builders import (
    CAMPAIGN,
    CARRIER,
    NOON,
    add_leads,
    fill_store,
    stored_settings,
    viettel,
)
from tests.builders.call_rows import MOBI, M, V, claim, insert_calls
from worker.domain.call import CallState
from worker.domain.campaign import Mode, Priority, Status
from worker.domain.lead import Lane, Stage
from worker.domain.network import Network
from worker.domain.planner import Demand
from worker.store.transaction import SqlStore


def test_leads_are_claimed_oldest_due_first_across_networks(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(2), due_at=NOON.subtract(minutes=1))
    add_leads(store, MOBI[:2], due_at=NOON.subtract(minutes=2))
    add_leads(store, viettel(1, start=5), due_at=NOON.add(seconds=1))

    claimed = claim(store, 3, dict.fromkeys(Network, 10))

    assert claimed == [*MOBI[:2], viettel(1)[0]]
    assert claim(store, 9, dict.fromkeys(Network, 10)) == [viettel(2)[1]]


def test_a_claim_keeps_each_networks_ceiling_over_both_classes(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(3))
    add_leads(store, viettel(3, start=10), stage=Stage.RECALL, due_at=NOON.subtract(hours=1))
    add_leads(store, MOBI)

    claimed = claim(store, 6, {V: 2, M: 3})

    assert sorted(claimed) == sorted([*viettel(2), *MOBI[:3]])


@pytest.mark.parametrize(
    ("priority", "order"),
    [
        (Priority.NORMAL, [*viettel(1), *MOBI[:1], *viettel(1, start=10)]),
        (Priority.RECALL, [*MOBI[:1], *viettel(1, start=10), *viettel(1)]),
    ],
)
def test_new_leads_or_recalls_go_first_as_the_campaign_says(
    store: SqlStore, priority: Priority, order: Sequence[str]
) -> None:
    fill_store(store)
    add_leads(store, MOBI[:1], stage=Stage.RECALL, called_count=1, due_at=NOON.subtract(hours=2))
    add_leads(store, viettel(1, start=10), stage=Stage.RECALL, called_count=1, due_at=NOON.subtract(hours=1))
    add_leads(store, viettel(1))

    claimed = [claim(store, 1, {V: 5, M: 5}, priority=priority)[0] for _ in order]

    assert claimed == list(order)


def test_the_situation_counts_slots_and_what_waits(store: SqlStore) -> None:
    fill_store(store, stored_settings(mode_call=Mode.DIRECT))
    insert_calls(store, CallState.QUEUED, CallState.DIALING, CallState.ANSWERED, CallState.ENDED, CallState.CANCELLED)
    add_leads(store, MOBI[:4])
    add_leads(store, MOBI[4:], due_at=NOON.add(minutes=7), stage=Stage.RECALL)

    with store.transaction() as tx:
        situation = tx.plans.lock_situation(CARRIER, now=NOON)

    assert situation is not None
    assert situation.live.of_carrier() == 3
    assert situation.live.of_campaign(CAMPAIGN) == {V: 3}
    assert situation.queued == 1
    assert situation.demand == {CAMPAIGN: Demand(due={Lane.LIST: {M: 4}}, next_due_at=NOON.add(minutes=7))}


def test_a_full_carrier_still_sees_that_leads_wait(store: SqlStore) -> None:
    fill_store(store, carrier_calls=2)
    insert_calls(store, CallState.QUEUED, CallState.RINGING)
    add_leads(store, MOBI)

    with store.transaction() as tx:
        situation = tx.plans.lock_situation(CARRIER, now=NOON)

    assert situation is not None
    assert situation.demand[CAMPAIGN].due == {Lane.LIST: {M: 1}}


@pytest.mark.parametrize("changed", [{"active": False}, {"status": Status.STOP}])
def test_campaigns_that_cannot_run_are_not_even_read(store: SqlStore, changed: dict[str, object]) -> None:
    fill_store(store, stored_settings(**changed))
    add_leads(store, MOBI)

    with store.transaction() as tx:
        situation = tx.plans.lock_situation(CARRIER, now=NOON)

    assert situation is not None
    assert situation.campaigns == ()


@pytest.mark.parametrize(("status", "read"), [(Status.START, False), (Status.PAUSE, True)])
def test_a_running_campaign_whose_leads_are_done_is_not_planned(store: SqlStore, status: Status, *, read: bool) -> None:
    """A paused one is: its pause may be over."""
    fill_store(store, stored_settings(status=status))
    add_leads(store, MOBI, stage=Stage.DONE)

    with store.transaction() as tx:
        planned = tx.plans.lock_situation(CARRIER, now=NOON)
    with store.reading() as tx:
        explained = tx.plans.situation(CARRIER, now=NOON)

    assert planned is not None
    assert explained is not None
    assert [campaign.id for campaign in planned.campaigns] == [CAMPAIGN] * read
    assert [campaign.id for campaign in explained.campaigns] == [CAMPAIGN]
