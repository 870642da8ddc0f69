"""Worlds by chance: a carrier, campaigns of every kind on it, leads at every stage, and calls that are up."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st
from pendulum import Duration
from sqlalchemy import delete, insert, update

from tests.builders import CARRIER, NOON, TEMPLATE, TENANT, fill_store, list_of, stored_settings
from worker.domain.call import LIVE, Outcome
from worker.domain.campaign import Mode, Priority, Status
from worker.domain.campaign_settings import CampaignSettings
from worker.domain.carrier import DialType
from worker.domain.ids import CampaignId, CarrierId, LeadId, ListId
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network
from worker.domain.trunk import Trunk
from worker.store.base.tables import calls, campaigns, carriers, do_not_call, leads, lists, metadata, tenants
from worker.store.transaction import SqlStore

SECOND_NS: Final = 1_000_000_000
HOUR_NS: Final = 3600 * SECOND_NS
ELSEWHERE: Final = CarrierId(UUID(int=0xE))
"""Another carrier, on which campaigns still have calls that were up when they were moved."""

WINDOWS: Final[tuple[tuple[dict[str, int], ...], ...]] = (
    (),
    ({"monday_start_time": 10 * HOUR_NS, "monday_end_time": 14 * HOUR_NS},),
    ({"monday_start_time": 12 * HOUR_NS, "monday_end_time": 14 * HOUR_NS},),
    ({"monday_start_time": 12 * HOUR_NS + 20 * SECOND_NS, "monday_end_time": 14 * HOUR_NS},),
    ({"monday_start_time": 10 * HOUR_NS, "monday_end_time": 12 * HOUR_NS + SECOND_NS // 3},),
    ({"monday_start_time": 10 * HOUR_NS, "monday_end_time": 12 * HOUR_NS},),
    ({"monday_start_time": HOUR_NS, "monday_end_time": HOUR_NS},),
)
"""No restriction; open; open since now; soon; for a third of a second more; shut since now; never open."""

SOME_CHANNELS: Final = st.dictionaries(st.sampled_from([n.value for n in Network]), st.integers(0, 3))
SECONDS_FROM_NOW: Final = st.sampled_from([-3600, -1, 0, 1, 10, 7200])

TRUNKS: Final = st.sampled_from([Trunk(proven_at=NOON)] * 3 + [Trunk()]) | st.builds(
    Trunk,
    failures=st.just(5),
    cause=st.sampled_from(["NORMAL_TEMPORARY_FAILURE", "GATEWAY_DOWN", "INVALID_GATEWAY"]),
    failing_since=st.just(NOON - Duration(seconds=30)),
    trials=st.integers(0, 9),
    next_trial_at=SECONDS_FROM_NOW.map(lambda seconds: NOON + Duration(seconds=seconds)),
)
"""Most trunks have replied lately; some are new, and some fail."""


@dataclass(frozen=True)
class StoredWorld:
    """Rows, and the campaigns and leads to ask about."""

    cap: int | None
    carrier: dict[str, Any]
    campaigns: list[CampaignSettings]
    deleted: set[CampaignId]
    resting: set[CampaignId]
    leads: list[dict[str, Any]]
    calls: list[dict[str, Any]]
    barred: list[str]
    trunk: Trunk

    def store_in(self, store: SqlStore) -> None:
        """Forget what the store holds, and write this world."""
        with store.transaction() as tx:
            for table in reversed(metadata.sorted_tables):
                tx.connection.execute(delete(table))
        fill_store(store, *self.campaigns)
        with store.transaction() as tx:
            tx.connection.execute(update(tenants).values(concurrent_call=self.cap))
            tx.connection.execute(update(carriers).values(self.carrier))
            tx.connection.execute(insert(carriers).values(**_elsewhere()))
            tx.trunks.lock(CARRIER)
            tx.trunks.save(CARRIER, self.trunk)
            put_away = update(campaigns).where(campaigns.c.id.in_(self.deleted))
            tx.connection.execute(put_away.values(deleted_at=NOON))
            tx.connection.execute(insert(lists), [_second_list(c.campaign_uuid) for c in self.campaigns])
            resting = update(lists).where(lists.c.id.in_([second_list_of(c) for c in self.resting]))
            tx.connection.execute(resting.values(active=False))
            for table, rows in ((leads, self.leads), (calls, self.calls)):
                for row in rows:
                    tx.connection.execute(insert(table).values(row))
            for phone in self.barred:
                row = {"tenant_id": TENANT, "phone": phone, "description": "", "created_at": NOON}
                tx.connection.execute(insert(do_not_call).values(row))


def second_list_of(campaign_id: CampaignId) -> ListId:
    """Name the campaign's second list, which may be inactive."""
    return ListId(UUID(int=campaign_id.int ^ (1 << 101)))


def _second_list(campaign_id: CampaignId) -> dict[str, Any]:
    return {
        "id": second_list_of(campaign_id), "tenant_id": TENANT, "campaign_id": campaign_id, "name": "second",
        "description": "", "active": True, "created_at": NOON, "updated_at": NOON,
    }  # fmt: skip


def _elsewhere() -> dict[str, Any]:
    return {
        "id": ELSEWHERE, "tenant_id": TENANT, "name": "elsewhere", "description": "", "gateway": "g2",
        "dial_type": DialType.SIP_ONE, "concurrent_call": 10, "network": {}, "data": {}, "created_at": NOON,
        "updated_at": NOON,
    }  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> StoredWorld:
    """Draw a world; most of its campaigns run, so that limits are met and not only switches."""
    made = [draw(settings_of(CampaignId(UUID(int=0xA00 + n)))) for n in range(draw(st.integers(1, 4)))]
    known = [settings.campaign_uuid for settings in made]
    resting = draw(st.sets(st.sampled_from(known)))
    stored = [draw(lead_row(number, known, resting)) for number in range(draw(st.integers(0, 14)))]
    called = [row for row in stored if row["stage"] is Stage.CALLING]
    limits = st.fixed_dictionaries(
        {
            "concurrent_call": st.integers(0, 8),
            "calls_per_second": st.sampled_from([0, 0, 1, 3]),
            "network": SOME_CHANNELS,
        }
    )
    return StoredWorld(
        cap=draw(st.none() | st.integers(0, 8)),
        carrier=draw(limits),
        campaigns=made,
        deleted=draw(st.sets(st.sampled_from(known), max_size=1)) if draw(st.integers(0, 5)) == 0 else set(),
        resting=resting,
        leads=stored,
        calls=[draw(call_row(number, lead)) for number, lead in enumerate(called)],
        barred=draw(st.lists(st.sampled_from([row["phone"] for row in stored]), unique=True, max_size=2))
        if stored
        else [],
        trunk=draw(TRUNKS),
    )


def settings_of(campaign_id: CampaignId) -> st.SearchStrategy[CampaignSettings]:
    """Draw a campaign's settings."""
    moments = st.none() | SECONDS_FROM_NOW.map(lambda seconds: NOON + Duration(seconds=seconds))
    return st.builds(
        stored_settings,
        campaign_uuid=st.just(campaign_id),
        campaign_name=st.just(str(campaign_id)),
        active=st.sampled_from([True] * 5 + [False]),
        status=st.sampled_from([Status.START] * 5 + [Status.PAUSE, Status.STOP]),
        resume_at=moments,
        carrier_uuid=st.sampled_from([CARRIER] * 7 + [None]),
        concurrent_call=st.integers(0, 6),
        mode_call=st.sampled_from(Mode),
        network=SOME_CHANNELS,
        schedules=st.sampled_from(WINDOWS[:3] + WINDOWS),
        recall_times=st.integers(0, 2),
        priority_recall=st.sampled_from(Priority),
        lead_expired_at=st.none() | moments,
    )


@st.composite
def lead_row(draw: st.DrawFn, number: int, known: list[CampaignId], resting: set[CampaignId]) -> dict[str, Any]:
    """Draw a lead of one of the campaigns."""
    campaign_id = draw(st.sampled_from(known))
    second = draw(st.booleans())
    stage = draw(st.sampled_from([Stage.NEW] * 4 + list(Stage)))
    single = stage in {Stage.OTP, Stage.SINGLE}
    return {
        "id": LeadId(UUID(int=0xB00 + number)), "tenant_id": TENANT, "campaign_id": campaign_id,
        "list_id": second_list_of(campaign_id) if second else list_of(campaign_id), "phone": f"09810000{number:02d}",
        "network": draw(st.sampled_from(list(Network)[:3])), "stage": stage,
        "due_at": NOON + Duration(seconds=draw(SECONDS_FROM_NOW)),
        "ending": draw(st.sampled_from(Ending)) if stage is Stage.DONE else None,
        "called_count": draw(st.integers(0, 2)), "last_outcome": draw(st.none() | st.sampled_from(Outcome)),
        "profile": {}, "additional": {}, "parked": second and campaign_id in resting and draw(st.booleans()),
        "call_id": UUID(int=0xD00 + number) if single else None,
        "template_id": TEMPLATE if stage is Stage.OTP else None, "created_at": NOON, "updated_at": NOON,
    }  # fmt: skip


@st.composite
def call_row(draw: st.DrawFn, number: int, lead: dict[str, Any]) -> dict[str, Any]:
    """Draw the call that a lead is in."""
    return {
        "id": UUID(int=0xC00 + number), "tenant_id": TENANT, "campaign_id": lead["campaign_id"],
        "carrier_id": draw(st.sampled_from([CARRIER, CARRIER, ELSEWHERE])), "list_id": lead["list_id"],
        "lead_id": lead["id"], "revision": 1, "attempt": lead["called_count"] + 1, "stage_before": Stage.NEW,
        "phone": lead["phone"], "network": lead["network"], "ref_id": "", "state": draw(st.sampled_from(LIVE)),
        "queued_at": NOON, "resend_at": NOON, "refusals": 0, "switch": "", "caller_id": "", "cause": "",
        "sip_call_id": "", "hangup_disposition": "",
    }  # fmt: skip
