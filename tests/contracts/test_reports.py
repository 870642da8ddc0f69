"""Reports agree with the CDRs whatever happens to those: ends, corrections, erasure, deletion, an upgrade under way."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pendulum import DateTime
from sqlalchemy import delete, select, update

from tests.builders import CAMPAIGN, NOON, TENANT, add_leads, fill_store, list_of, stored_settings, viettel
from tests.builders.call_rows import a_call
from worker.domain.call import CallState, HungUp, Outcome
from worker.domain.erasure import ERASED
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId, CampaignId, RunId
from worker.domain.keys import KeyPress
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.domain.report import Interval, parts_of, quarters_of
from worker.domain.tally import TalkTime
from worker.ports.dispatch.call_rows import Call, Ended
from worker.ports.paging import Slice
from worker.ports.records.entities import CampaignFilter
from worker.ports.records.reports import CallsWanted
from worker.store.base.report_tables import tallies, tally_changes
from worker.store.base.tables import calls, leads
from worker.store.dispatch.call_ends import FINISH_CALL, end_values
from worker.store.transaction import SqlStore
from worker.usecases.records.count_calls import count_calls

OTHER = CampaignId(UUID(int=33))
KATHMANDU = "Asia/Kathmandu"
"""Its hours begin at a quarter past those of UTC."""
LATER = NOON.add(days=3)
SLICE, ALL = Slice(1), CampaignFilter()


@dataclass(frozen=True)
class End:
    outcome: Outcome
    cause: str
    minute: int
    billsec: int | None
    key: str
    assumed: bool
    by_old_code: bool


@dataclass(frozen=True)
class Begin:
    campaign: CampaignId
    network: Network
    run: RunId | None
    end: End


@dataclass(frozen=True)
class Correct:
    end: End


@dataclass(frozen=True)
class Erase:
    which: int
    by_old_code: bool


@dataclass(frozen=True)
class Delete:
    minute: int


@dataclass(frozen=True)
class Fold:
    limit: int


@dataclass(frozen=True)
class CatchUp:
    limit: int


OLD_CODE = st.sampled_from([False, False, False, True])
ENDS = st.builds(
    End,
    outcome=st.sampled_from(Outcome),
    cause=st.sampled_from(["NORMAL_CLEARING", "USER BUSY ", "", "C" * 80]),
    minute=st.integers(0, 200),
    billsec=st.sampled_from([None, 0, 4, 5, 15, 30, 31]),
    key=st.sampled_from(["", "1", "*"]),
    assumed=st.booleans(),
    by_old_code=OLD_CODE,
)
NOBODY = End(Outcome.FAILED, "", 0, None, "", assumed=False, by_old_code=False)
STEPS = st.lists(
    st.one_of(
        st.builds(
            Begin,
            campaign=st.sampled_from([CAMPAIGN, OTHER]),
            network=st.sampled_from([Network.VIETTEL, Network.MOBI]),
            run=st.sampled_from([None, RunId(UUID(int=9))]),
            end=ENDS,
        ),
        st.builds(Correct, end=ENDS),
        st.builds(Erase, which=st.integers(0, 5), by_old_code=OLD_CODE),
        st.builds(Delete, minute=st.integers(0, 200)),
        st.builds(Fold, limit=st.integers(1, 3)),
        st.builds(CatchUp, limit=st.integers(1, 3)),
    ),
    min_size=1,
    max_size=14,
)


@dataclass
class World:
    store: SqlStore
    begun: int = 0
    written: dict[UUID, Any] = field(default_factory=dict)
    """The last state of each CDR that was ever written."""

    def do(self, step: Begin | Correct | Erase | Delete | Fold | CatchUp) -> None:
        match step:
            case Begin():
                self._begin(step)
            case Correct(end=end):
                self._correct(end)
            case Erase():
                self._erase(step)
            case Delete(minute=minute):
                with self.store.transaction() as tx:
                    tx.retentions.drop_calls(TENANT, before=NOON.add(minutes=minute), limit=500)
            case Fold(limit=limit):
                with self.store.transaction() as tx:
                    tx.reports.fold(limit=limit)
            case CatchUp(limit=limit):
                with self.store.transaction() as tx:
                    tx.reports.count_old_ends(limit=limit)
        with self.store.reading() as tx:
            ended = tx.connection.execute(select(calls).where(calls.c.state == CallState.ENDED))
            self.written |= {row.id: row for row in ended}

    def _begin(self, step: Begin) -> None:
        self.begun += 1
        (lead_id,) = add_leads(self.store, viettel(1, start=self.begun), campaign_id=step.campaign, stage=Stage.CALLING)
        call = a_call(
            self.begun, lead_id, campaign_id=step.campaign, list_id=list_of(step.campaign), network=step.network,
            run_id=step.run, state=CallState.RINGING, dialing_at=NOON,
        )  # fmt: skip
        with self.store.transaction() as tx:
            tx.calls.insert([call])
            if step.end.by_old_code:
                tx.connection.execute(FINISH_CALL, [end_values(ended(call, step.end), now=NOON)])
            else:
                tx.calls.finish([ended(call, step.end)], now=NOON)

    def _correct(self, end: End) -> None:
        with self.store.transaction() as tx:
            locked = tx.corrections.lock_assumed([CallId(call_id) for call_id in self.written])
            ends = [ended(call, end, assumed=False) for call in locked]
            if end.by_old_code and ends:
                tx.connection.execute(FINISH_CALL, [end_values(one, now=LATER) for one in ends])
            elif ends:
                tx.corrections.write(ends, now=LATER)

    def _erase(self, step: Erase) -> None:
        ids = list(self.written)[step.which : step.which + 1]
        with self.store.transaction() as tx:
            if step.by_old_code:
                these = update(calls).where(calls.c.id.in_(ids))
                tx.connection.execute(these.values(phone=ERASED, pressed=None, last_key=None))
            else:
                tx.erasure.clear_calls([CallId(one) for one in ids])


def ended(call: Call, end: End, *, assumed: bool | None = None) -> Ended:
    started = NOON.add(minutes=end.minute)
    answered = None if end.billsec is None else started.add(seconds=7)
    event = HungUp(
        call.id,
        Hangup(cause=end.cause, answered=answered is not None),
        started_at=started,
        answered_at=answered,
        ended_at=started.add(seconds=7 + (end.billsec or 0)),
        duration=None if end.minute % 2 else 8 + (end.billsec or 0),
        billsec=None if end.minute % 3 else end.billsec or 0,
        is_assumed=end.assumed if assumed is None else assumed,
    )
    pressed = (KeyPress("7"), KeyPress(end.key)) if end.key else ()
    locked = a_call(
        1, call.lead_id, id=call.id, campaign_id=call.campaign_id, list_id=call.list_id, network=call.network,
        run_id=call.run_id, phone=call.phone, pressed=pressed,
    )  # fmt: skip
    return Ended(locked, event, end.outcome, lead_stage=Stage.DONE, lead_due_at=None, lead_ending=None)


def seconds(row: Any, first: str) -> int:
    """Return what the CDR shows: the switch's own count, or the difference of the times."""
    counted = row.switch_duration if first == "started_at" else row.switch_billsec
    start: DateTime | None = getattr(row, first)
    return counted if counted is not None else 0 if start is None else int((row.ended_at - start).total_seconds())


def talk(row: Any) -> TalkTime:
    if row.answered_at is None:
        return TalkTime.NONE
    billsec = seconds(row, "answered_at")
    bounds = {TalkTime.UNDER_5: (0, 5), TalkTime.FROM_5: (5, 15), TalkTime.FROM_15: (15, 30)}
    return next((part for part, (low, high) in bounds.items() if low <= billsec < high), TalkTime.FROM_30)


def check(world: World) -> None:
    """Compare each kind of report with the CDRs that were ever written."""
    start, end = NOON, NOON.add(hours=2)
    rows = list(world.written.values())
    parts = parts_of(start, end, interval=Interval.HOUR, zone=KATHMANDU)
    begins = {part.begins: number for number, part in enumerate(parts)}
    inside = [row for row in rows if start <= row.started_at < end]
    expected_sums: Counter[Any] = Counter()
    for row in inside:
        hour = row.started_at.in_timezone(KATHMANDU).start_of("hour")
        expected_sums[row.campaign_id, begins[hour], row.network, row.outcome, "calls"] += 1
        expected_sums[row.campaign_id, begins[hour], row.network, row.outcome, "s"] += seconds(row, "started_at")
        expected_sums[row.campaign_id, begins[hour], row.network, row.outcome, "talk"] += seconds(row, "answered_at")
    of_run = [row for row in rows if row.run_id == UUID(int=9) and row.campaign_id == OTHER]
    kinds = Counter((row.outcome, row.cause[:64], row.last_key or "", talk(row)) for row in of_run)
    with world.store.reading() as tx:
        within = CallsWanted(quarters=quarters_of(start, end))
        sums = tx.reports.sums(TENANT, within, parts=parts, by_network=True)
        found = tx.reports.kinds(TENANT, CallsWanted(campaign_id=OTHER, run_id=RunId(UUID(int=9))))
        whole = tx.reports.sums(TENANT, CallsWanted(), parts=(), by_network=False)
    got: Counter[Any] = Counter()
    for one in sums:
        for name, value in (("calls", one.calls), ("s", one.duration), ("talk", one.billsec)):
            got[one.campaign_id, one.part, one.network, one.outcome, name] += value
    assert +got == +expected_sums
    assert {(k.outcome, k.cause, k.pressed_key, k.talk_time): k.calls for k in found} == dict(kinds)
    assert {(one.campaign_id, one.outcome): one.calls for one in whole} == dict(
        Counter((row.campaign_id, row.outcome) for row in rows)
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_reports_are_what_the_cdrs_ever_written_add_up_to(store: SqlStore, steps: list[Any]) -> None:
    with store.transaction() as tx:
        known = tx.campaigns.page(TENANT, part=SLICE, wanted=ALL).total
        for table in (calls, leads, tallies, tally_changes):
            tx.connection.execute(delete(table))
    if not known:
        fill_store(store, stored_settings(), stored_settings(campaign_uuid=OTHER, campaign_name="other"))
    world, behind = World(store), False

    for step in steps:
        world.do(step)
        with store.reading() as tx:
            waits = tx.reports.has_old_ends()
        was_by_old_code = getattr(step, "by_old_code", False) or getattr(step, "end", NOBODY).by_old_code
        behind = (behind or was_by_old_code) and waits
        assert waits == behind  # only an earlier release leaves something to be counted
        if not waits:
            check(world)

    count_calls(store)
    check(world)
    with store.reading() as tx:
        assert not tx.reports.has_old_ends()
        assert tx.connection.execute(select(tally_changes)).all() == []
