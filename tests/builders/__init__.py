"""Plain values for tests: a test names only what matters to it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import pendulum
from pendulum import DateTime
from sqlalchemy import insert

from worker.domain.call import Outcome
from worker.domain.campaign import Campaign, Mode, Status
from worker.domain.campaign_settings import CampaignSettings
from worker.domain.carrier import Carrier, DialType
from worker.domain.hangup import Hangup
from worker.domain.ids import CampaignId, CarrierId, LeadId, ListId, RunId, TemplateId, TenantId
from worker.domain.lead import Lane, Stage
from worker.domain.leadership import listener_of
from worker.domain.network import Network
from worker.domain.number_plan import NumberPlan
from worker.domain.outcome import decide_outcome
from worker.domain.planner import Demand, Situation
from worker.domain.quota import LiveCalls
from worker.domain.recall import RecallPolicy
from worker.domain.switch import Switch
from worker.domain.window import Windows
from worker.store.base.tables import campaigns, carriers, leader_leases, leads, lists, templates, tenants
from worker.store.dispatch.campaign_rows import to_row
from worker.store.dispatch.cause_tables import shipped_causes
from worker.store.records.number_plan import shipped_rules
from worker.store.transaction import SqlStore

HANOI = "Asia/Ho_Chi_Minh"
NOON = pendulum.datetime(2026, 11, 23, 12, tz=HANOI).in_timezone("UTC")
"""A Monday noon in the callees' zone."""

SHIPPED_PLAN = NumberPlan(shipped_rules())

TENANT = TenantId(UUID(int=1))
CARRIER = CarrierId(UUID(int=2))
CAMPAIGN = CampaignId(UUID(int=3))
LIST = ListId(UUID(int=4))
TEMPLATE = TemplateId(UUID(int=5))


def a_campaign(**changed: Any) -> Campaign:
    """Make a started campaign without limits of its own but ``concurrent_call`` 5."""
    given: dict[str, Any] = {
        "id": CampaignId(uuid4()),
        "tenant_id": TENANT,
        "carrier_id": CARRIER,
        "template_id": None,
        "revision": 1,
        "status": Status.START,
        "active": True,
        "concurrent_call": 5,
        "windows": Windows(zone=HANOI),
        "recall": RecallPolicy(),
        "mode": Mode.DIRECT,
    }
    return Campaign(**(given | changed))


def a_carrier(**changed: Any) -> Carrier:
    """Make a carrier with ten channels."""
    given: dict[str, Any] = {
        "id": CARRIER,
        "tenant_id": TENANT,
        "gateway": "g1",
        "dial_type": DialType.SIP_ONE,
        "concurrent_call": 10,
        "caller_ids": ("02873003586",),
    }
    return Carrier(**(given | changed))


def a_situation(
    *campaigns: Campaign,
    carrier: Carrier | None = None,
    due: Mapping[CampaignId, Mapping[Network, int]] | None = None,
    live: LiveCalls | None = None,
    next_due_at: DateTime | None = None,
    **changed: Any,
) -> Situation:
    """Put campaigns on one carrier; each has a hundred due Viettel leads in its lists unless told."""
    listed = {c.id: {Network.VIETTEL: 100} for c in campaigns} if due is None else due
    demand = {c: Demand(due={Lane.LIST: d}, next_due_at=next_due_at) for c, d in listed.items()}
    given: dict[str, Any] = {
        "carrier": carrier or a_carrier(),
        "campaigns": campaigns,
        "demand": demand,
        "live": live or LiveCalls(),
    }
    return Situation(**(given | changed))


def stored_settings(**changed: Any) -> CampaignSettings:
    """Make a started campaign as it is stored: no window, no recall, five calls at once."""
    given: dict[str, Any] = {
        "campaign_uuid": CAMPAIGN,
        "tenant_id": TENANT,
        "campaign_name": "reminders",
        "type": "autocall",
        "status": Status.START,
        "run_id": RunId(UUID(int=9)),
        "concurrent_call": 5,
        "carrier_uuid": CARRIER,
        "template_uuid": TEMPLATE,
        "schedules": (),
        "created_at": NOON,
        "updated_at": NOON,
    }
    return CampaignSettings(**(given | changed))


def fill_store(
    store: SqlStore,
    *campaigns_: CampaignSettings,
    carrier_calls: int = 10,
    carrier: Mapping[str, Any] = MappingProxyType({}),
    tenant_cap: int | None = None,
    template: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Store the tenant, its carrier, a template, and the campaigns with a list each."""
    with store.transaction() as tx:
        tx.connection.execute(
            insert(tenants).values(
                id=TENANT,
                name="default",
                timezone=HANOI,
                concurrent_call=tenant_cap,
                callback_secret="whsec_AAAA",
                created_at=NOON,
            )
        )
        given = {
            "id": CARRIER, "tenant_id": TENANT, "name": "main", "description": "", "gateway": "g1",
            "dial_type": DialType.SIP_ONE, "concurrent_call": carrier_calls, "network": {},
            "data": {"caller_id": "02873003586"}, "next_plan_at": NOON, "created_at": NOON, "updated_at": NOON,
        }  # fmt: skip
        tx.connection.execute(insert(carriers).values(given | dict(carrier)))
        tx.connection.execute(
            insert(templates).values(
                id=TEMPLATE, tenant_id=TENANT, name="t", body=dict(template), created_at=NOON, updated_at=NOON
            )
        )
        for number, settings in enumerate(campaigns_ or (stored_settings(),)):
            tx.connection.execute(insert(campaigns).values(**to_row(settings)))
            tx.connection.execute(
                insert(lists).values(
                    id=list_of(settings.campaign_uuid), tenant_id=TENANT, campaign_id=settings.campaign_uuid,
                    name=f"list {number}", description="", active=True, created_at=NOON, updated_at=NOON,
                )
            )  # fmt: skip


def let_be_heard(store: SqlStore, switch: str) -> None:
    """Let somebody listen to a switch for as long as a test lasts."""
    long_ago = NOON.subtract(years=1)
    always = {"since": long_ago, "open_from": long_ago, "held_until": NOON.add(years=100)}
    with store.transaction() as tx:
        tx.switches.insert_missing([a_switch(switch)])
        tx.connection.execute(insert(leader_leases).values(name=listener_of(switch), holder=UUID(int=77), **always))


def a_switch(name: str, **changed: Any) -> Switch:
    """Make a switch that takes calls, as its row has it."""
    given: dict[str, Any] = {"name": name, "url": f"esl://:x@{name}", "state_since": NOON, "created_at": NOON}
    return Switch(**(given | changed))


def list_of(campaign_id: CampaignId) -> ListId:
    """Name the list that ``fill_store`` gives a campaign."""
    return ListId(UUID(int=campaign_id.int ^ (1 << 100)))


def add_leads(
    store: SqlStore,
    phones: Sequence[str],
    *,
    campaign_id: CampaignId = CAMPAIGN,
    due_at: DateTime = NOON,
    stage: Stage = Stage.NEW,
    called_count: int = 0,
    **changed: Any,
) -> list[LeadId]:
    """Store waiting leads; their ids ascend in the order given."""
    ids = [LeadId(UUID(int=(int(phone) << 64) | campaign_id.int & 0xFFFFFFFF)) for phone in phones]
    rows: list[dict[str, Any]] = [
        {
            "id": lead_id, "tenant_id": TENANT, "campaign_id": campaign_id, "list_id": list_of(campaign_id),
            "phone": phone, "network": SHIPPED_PLAN.network_of(phone, on=NOON.date()), "stage": stage, "due_at": due_at,
            "called_count": called_count, "profile": {}, "additional": {}, "created_at": NOON, "updated_at": NOON,
        }
        for lead_id, phone in zip(ids, phones, strict=True)
    ]  # fmt: skip
    with store.transaction() as tx:
        tx.connection.execute(insert(leads), [row | changed for row in rows])
    return ids


def viettel(count: int, *, start: int = 0) -> list[str]:
    """Give that many different Viettel numbers."""
    return [f"0981{number:06d}" for number in range(start, start + count)]


def shipped_outcome(end: Hangup) -> Outcome:
    """Return what the shipped table makes of an end."""
    return decide_outcome(end, rules=shipped_causes()).outcome
