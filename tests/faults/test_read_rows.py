"""What the judge reads from a database is what the product has written there, in plain values."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import update

from tests.builders import CAMPAIGN, CARRIER, HANOI, NOON, TENANT, list_of, stored_settings, viettel
from tests.builders.outbox import a_delivery, add_deliveries, fill_with_calls
from tests.faults.evidence import Evidence, LeadRow, Rows, read_rows
from tests.faults.history import histories
from tests.faults.judge import Promise, judge
from tests.faults.seen import Seen
from worker.domain.call import CallState
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network
from worker.store.base.engine import make_engine
from worker.store.base.tables import calls, campaigns, leads
from worker.store.transaction import SqlStore

THE_CALL = str(UUID(int=0xCA00 + 1))


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def store(request: pytest.FixtureRequest) -> SqlStore:
    """Give a store with one ended call, its lead and its CDR."""
    filled = SqlStore(make_engine(request.getfixturevalue(request.param)))
    fill_with_calls(filled, 1)
    add_deliveries(filled, [a_delivery(1)])
    with filled.transaction() as tx:
        tx.connection.execute(update(leads).values(stage=Stage.DONE, ending=Ending.ANSWERED))
        tx.connection.execute(update(calls).values(ended_at=NOON.add(seconds=9)))
        tx.connection.execute(update(campaigns).values(callback_url="https://cdr.example/hook"))
    return filled


def rows_of(store: SqlStore) -> Rows:
    """Read a store and let go of its connections."""
    with store.reading() as tx:
        engine = tx.connection.engine
    try:
        return read_rows(engine)
    finally:
        engine.dispose()


def test_calls_leads_and_deliveries_are_read_as_they_are(store: SqlStore) -> None:
    rows = rows_of(store)

    [call], [lead], [delivery] = rows.calls.values(), rows.leads.values(), rows.deliveries.values()
    assert lead == LeadRow(
        id=call.lead,
        campaign=str(CAMPAIGN),
        list=str(list_of(CAMPAIGN)),
        phone=viettel(1)[0],
        network=Network.VIETTEL,
        stage=Stage.DONE,
        ending=Ending.ANSWERED,
        created_at=NOON.timestamp(),
    )
    assert (call.id, call.campaign, call.carrier) == (THE_CALL, str(CAMPAIGN), str(CARRIER))
    assert (call.state, call.attempt, call.otp) == (CallState.ENDED, 1, False)
    assert (call.queued_at, call.ended_at) == (NOON.timestamp(), NOON.timestamp() + 9)
    assert (delivery.call, delivery.event, delivery.state) == (THE_CALL, "cdr", "pending")
    assert rows.lists == {str(list_of(CAMPAIGN)): True}


def test_settings_are_read_in_the_keys_of_the_wire(store: SqlStore) -> None:
    rows = rows_of(store)

    known = histories(Evidence(over_at=0, rows=rows))
    [campaign] = known.campaigns[str(CAMPAIGN)].during(0, 0)
    [carrier] = known.carriers[str(CARRIER)].during(0, 0)
    asked = stored_settings()
    assert (campaign.status, campaign.active, campaign.deleted) == ("start", True, False)
    assert (campaign.carrier, campaign.mode, campaign.attempts) == (str(CARRIER), "direct", 1 + asked.recall_times)
    assert (campaign.concurrent_call, campaign.callback_url) == (5, "https://cdr.example/hook")
    assert campaign.expires_at == float("inf")
    assert campaign.hours.contain(NOON.timestamp())
    assert (carrier.concurrent_call, carrier.calls_per_second) == (10, float("inf"))
    assert rows.tenants[str(TENANT)].timezone == HANOI
    assert known.tenant_caps[str(TENANT)].during(0, 0) == [float("inf")]


def test_the_judge_judges_what_was_read(store: SqlStore) -> None:
    hung_up = Seen(event="hangup", at=NOON.timestamp(), call=THE_CALL)
    evidence = Evidence(
        over_at=NOON.timestamp() + 60, lines=(hung_up,), rows=rows_of(store), imported={str(CAMPAIGN): 1}
    )

    found = judge(evidence)
    lost = judge(replace(evidence, imported={str(CAMPAIGN): 2}))

    assert [(f.promise, f.facts["call"]) for f in found] == [(Promise.CDR_RECEIVED, THE_CALL)]
    assert {f.promise for f in lost} == {Promise.CDR_RECEIVED, Promise.LEAD_ENDS}
