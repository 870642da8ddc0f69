"""What the operators' page reads of all campaigns: right counts, in as many statements for thirty as for three."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID, uuid4

from pendulum import DateTime, Duration
from sqlalchemy import event, update

from tests.builders import CAMPAIGN, HANOI, NOON, TENANT, add_leads, fill_store, let_be_heard, viettel
from tests.builders.call_rows import MOBI, insert_calls
from worker.domain.call import CallState, Outcome
from worker.domain.campaign import Status
from worker.domain.ids import CampaignId
from worker.domain.lead import Ending, Stage
from worker.domain.reason import Reason
from worker.domain.run_state import RunState
from worker.ports.records.entities import Tenant
from worker.store.base.tables import calls
from worker.store.transaction import SqlStore
from worker.usecases.records.carrier_plans import CarrierPlans
from worker.usecases.records.explain import explain_campaign
from worker.usecases.records.watch_campaigns import Watched, watch_campaigns

WHO = Tenant(id=TENANT, name="default", timezone=HANOI)


def watched(store: SqlStore) -> Watched:
    return watch_campaigns(store, tenant=WHO, choose=lambda all_: [one.campaign.id for one in all_], now=NOON)


@contextmanager
def counted(store: SqlStore) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(store._engine, "before_cursor_execute", note)
    yield statements
    event.remove(store._engine, "before_cursor_execute", note)


def test_thirty_campaigns_cost_as_many_statements_as_three(store: SqlStore) -> None:
    fill_store(store)
    let_be_heard(store, "s1")
    add_leads(store, viettel(3))
    add_campaigns(store, 2)
    with counted(store) as few:
        assert len(watched(store).details) == 3
    add_campaigns(store, 27)
    with counted(store) as many:
        assert len(watched(store).details) == 30

    assert len(many) == len(few) < 25


def test_a_plan_for_many_campaigns_is_kept_for_a_moment_and_then_made_again(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(3))
    plans = CarrierPlans(kept_for=Duration(seconds=1))

    def statements(now: DateTime) -> int:
        with counted(store) as made:
            watch_campaigns(
                store, tenant=WHO, choose=lambda all_: [one.campaign.id for one in all_], plans=plans, now=now
            )
        return len(made)

    first, at_once, later = (statements(NOON.add(seconds=seconds)) for seconds in (0, 1, 2))

    assert at_once < first == later


def add_campaigns(store: SqlStore, number: int) -> None:
    with store.transaction() as tx:
        like = tx.campaigns.get(TENANT, CAMPAIGN)
        for _ in range(number):
            new = CampaignId(uuid4())
            tx.campaigns.add(replace(like, campaign_uuid=new, campaign_name=str(new)))


def test_each_reason_is_the_one_that_why_gives(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(3))
    add_campaigns(store, 1)
    found = watched(store)

    for campaign_id, detail in found.details.items():
        alone = explain_campaign(store, tenant=WHO, campaign_id=campaign_id, now=NOON)
        assert detail.explanation == alone
    assert any(detail.explanation.reasons for detail in found.details.values())


def test_calls_and_leads_are_counted_where_they_belong(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(2, start=10))
    add_leads(store, MOBI[:1], stage=Stage.RECALL, called_count=1, due_at=NOON.add(minutes=5))
    add_leads(store, MOBI[1:2], stage=Stage.DONE, ending=Ending.ANSWERED)
    insert_calls(store, CallState.ANSWERED, CallState.QUEUED)

    found = watched(store)
    (one,), detail = found.campaigns, found.details[CAMPAIGN]
    with store.reading() as tx:
        stages = tx.standings.overviews.stages(CAMPAIGN)

    assert (one.state, one.in_use, one.live.total()) == (RunState.DIALLING, 1, 2)
    assert (detail.waiting.recalls, detail.waiting.next_recall_at) == (1, NOON.add(minutes=5))
    assert detail.waiting.leads >= 3
    assert stages[Stage.RECALL, None] == stages[Stage.DONE, Ending.ANSWERED] == 1


def test_only_recent_calls_count_for_pace_and_outcomes(store: SqlStore) -> None:
    fill_store(store)
    ago = {number: Duration(seconds=seconds) for number, seconds in enumerate((30, 300, 3000))}
    insert_calls(store, *[CallState.ENDED] * len(ago))
    with store.transaction() as tx:
        ids = sorted(tx.connection.scalars(calls.select().with_only_columns(calls.c.id)))
        for (_, before), call_id in zip(ago.items(), ids, strict=True):
            moment = NOON - before
            made = UUID(int=int(moment.timestamp() * 1000) << 80 | 7 << 76 | 1 << 63 | before.in_seconds())
            changed = {"id": made, "dialing_at": moment, "outcome": Outcome.ANSWERED}
            tx.connection.execute(update(calls).where(calls.c.id == call_id).values(changed))
    detail = watched(store).details[CAMPAIGN]

    assert detail.recent.dialled == 1
    assert detail.recent.outcomes == {Outcome.ANSWERED: 2}
    assert detail.answer_rate == 1


def test_a_stopped_campaign_says_so(store: SqlStore) -> None:
    fill_store(store)
    with store.transaction() as tx:
        tx.campaigns.save(replace(tx.campaigns.get(TENANT, CAMPAIGN), status=Status.STOP))
    found = watched(store)

    assert found.campaigns[0].state is RunState.STOPPED
    assert [why.reason for why in found.details[CAMPAIGN].explanation.reasons] == [Reason.STOPPED]


def test_an_access_token_is_dropped_and_its_key_stays(store: SqlStore) -> None:
    fill_store(store)
    with store.transaction() as tx:
        for hashed in ("a", "b"):
            tx.api_keys.issue(hashed, issuer="own", tenant_id=TENANT, expires_at=NOON.add(days=1), now=NOON)
        tx.api_keys.drop_access_token("a")

        assert tx.api_keys.caller_by_access_token("a", installation="own") is None
        assert tx.api_keys.caller_by_access_token("b", installation="own") is not None
