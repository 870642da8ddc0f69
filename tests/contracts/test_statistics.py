"""What the monitor counts: leads that are still to be called, and whether a campaign has nothing left to do."""

import pytest
from sqlalchemy import update

from tests.builders import CAMPAIGN, add_leads, fill_store, stored_settings, viettel
from tests.builders.call_rows import MOBI, M, V, insert_calls
from worker.domain.call import CallState
from worker.domain.campaign import Status
from worker.domain.lead import Ending, Stage
from worker.ports.records.entities import CampaignStatistics
from worker.store.base.tables import calls, leads
from worker.store.transaction import SqlStore


def numbers(store: SqlStore) -> CampaignStatistics:
    with store.reading() as tx:
        return tx.statistics.of_campaign(CAMPAIGN)


def test_leads_wait_in_whatever_lane_and_in_inactive_lists_too(store: SqlStore) -> None:
    fill_store(store)
    for start, stage in enumerate((Stage.OTP, Stage.SINGLE, Stage.NEW, Stage.RECALL)):
        add_leads(store, viettel(1, start=start), stage=stage, called_count=start)
    add_leads(store, MOBI[:2], parked=True)
    add_leads(store, MOBI[2:3], stage=Stage.DONE, ending=Ending.DO_NOT_CALL)

    assert numbers(store) == CampaignStatistics(
        leads=7, in_call=0, calls=6, called_leads=3, dnc_leads=1, waiting={V: 4, M: 2}, finished=False
    )


def test_calls_that_are_queued_or_up_are_counted_where_they_stand(store: SqlStore) -> None:
    fill_store(store)
    insert_calls(store, CallState.QUEUED, CallState.DIALING, CallState.RINGING, CallState.ANSWERED, CallState.ENDED)

    assert numbers(store) == CampaignStatistics(
        leads=5, in_call=3, calls=2, called_leads=0, dnc_leads=0, waiting={V: 1}, finished=False
    )


def test_a_campaign_has_finished_when_nothing_waits_and_no_call_is_under_way(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(2), stage=Stage.DONE)
    add_leads(store, MOBI[:1], parked=True)
    finished = numbers(store).finished
    add_leads(store, viettel(1, start=5))
    goes_on = not numbers(store).finished
    with store.transaction() as tx:
        tx.connection.execute(update(leads).values(stage=Stage.DONE))

    assert finished
    assert goes_on
    assert numbers(store).finished


@pytest.mark.parametrize("state", [CallState.QUEUED, CallState.ANSWERED])
def test_a_campaign_with_a_call_under_way_has_not_finished(store: SqlStore, state: CallState) -> None:
    fill_store(store)
    insert_calls(store, state)

    assert not numbers(store).finished


@pytest.mark.parametrize("status", [Status.STOP, Status.PAUSE])
def test_only_a_campaign_that_runs_finishes(store: SqlStore, status: Status) -> None:
    fill_store(store, stored_settings(status=status))

    assert not numbers(store).finished


def test_a_running_campaign_without_leads_has_nothing_to_do(store: SqlStore) -> None:
    fill_store(store)

    assert numbers(store) == CampaignStatistics(
        leads=0, in_call=0, calls=0, called_leads=0, dnc_leads=0, waiting={}, finished=True
    )


def test_calls_are_counted_by_the_last_key_that_was_pressed(store: SqlStore) -> None:
    fill_store(store)
    call_ids = insert_calls(store, *[CallState.ENDED] * 4)
    with store.transaction() as tx:
        for call_id, key in zip(call_ids, ["1", "1", "9", None], strict=True):
            tx.connection.execute(update(calls).where(calls.c.id == call_id).values(last_key=key))

    assert numbers(store).keys == {"1": 2, "9": 1}
