"""All that a run leaves behind, in plain values: what the switch saw, what the receiver took, what is in the database.

Moments are seconds since 1970 of one machine's clock; ids are text as they are on the wire.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pendulum import DateTime
from sqlalchemy import Engine, RowMapping, Table, select

from tests.faults.heard import Speech
from tests.faults.second_source import Posted
from tests.faults.seen import Seen
from tests.stack.receiver import Received
from worker.domain.call import CallState
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network
from worker.store.base.callback_tables import deliveries
from worker.store.base.tables import calls, campaigns, carriers, leads, lists, tenants


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What was asked of a campaign, carrier, list or tenant, in the keys of the wire; what was refused is left out.

    The first edit of a subject is all that it was made with. Of a campaign, ``run/start`` is ``status: start`` (so are
    ``pause`` and ``stop``), and a DELETE is ``deleted: True``. Edits of one subject do not overlap.
    """

    subject: str
    changes: Mapping[str, Any]  # Any: JSON
    asked_at: float
    """When it was first sent: from then on it may hold."""
    answered_at: float | None
    """When it was answered: from then on it must hold. None: no answer came, so that it may hold or not, for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A number (as it is stored, ``0…``) that was put on do-not-call, and when that was answered."""

    tenant: str
    phone: str
    answered_at: float
    lifted_at: float | None = None
    """When it was asked to take it off again: from then on it may be dialled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A time in which a switch was stopped (SIGSTOP): what was sent to it then, it carried out afterwards."""

    since: float
    until: float
    switch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hoard:
    """How much a tenant asked to store, how much of it is there, and how much it may store."""

    tenant: str
    what: str
    asked: int
    stored: int
    cap: int


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which something held, both ends included."""

    since: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """A row of calls."""

    id: str
    lead: str
    campaign: str
    carrier: str
    network: Network
    attempt: int
    state: CallState
    cause: str = ""
    reason: str = ""
    otp: bool = False
    """A single call that goes out whatever status and hour."""
    queued_at: float = 0
    dialled_at: float | None = None
    """When its last originate was sent, or about to be."""
    ended_at: float | None = None
    assumed_at: float | None = None
    """When its end was assumed, because nobody had told it."""
    counted: bool = True
    """Its end used an attempt."""
    answered: bool = False
    billsec: int | None = None
    """As the switch counted it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """A row of leads."""

    id: str
    campaign: str
    list: str
    phone: str
    network: Network
    stage: Stage
    ending: Ending | None = None
    called_count: int = 0
    parked: bool = False
    """Its list is inactive."""
    created_at: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    """A row of campaigns; its settings are in the keys of the wire."""

    id: str
    tenant: str
    settings: Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierRow:
    """A row of carriers; each needs a gateway of its own, by which the switch's log tells its calls."""

    id: str
    tenant: str
    gateway: str
    settings: Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRow:
    """A row of tenants; its one setting here is the cap, ``concurrent_call``."""

    id: str
    timezone: str
    settings: Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A row of deliveries; its id is the ``webhook-id``."""

    id: str
    call: str
    event: str
    state: str
    attempt: int = 0
    corrected: bool = False
    """It tells another end than the delivery before."""
    url: str = ""
    created_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is in the database once the run is over, by id."""

    calls: Mapping[str, CallRow] = field(default_factory=dict)
    leads: Mapping[str, LeadRow] = field(default_factory=dict)
    campaigns: Mapping[str, CampaignRow] = field(default_factory=dict)
    carriers: Mapping[str, CarrierRow] = field(default_factory=dict)
    tenants: Mapping[str, TenantRow] = field(default_factory=dict)
    lists: Mapping[str, bool] = field(default_factory=dict)
    """Whether each list is active."""
    deliveries: Mapping[str, DeliveryRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All of it. ``over_at`` is when the run had come to rest and the rows were read."""

    over_at: float
    lines: tuple[Seen, ...] = ()
    received: tuple[Received, ...] = ()
    rows: Rows = field(default_factory=Rows)
    edits: tuple[Edit, ...] = ()
    listings: tuple[Listing, ...] = ()
    switch_stopped: tuple[Stopped, ...] = ()
    imported: Mapping[str, int] = field(default_factory=dict)
    """How many leads each campaign's answered imports took."""
    switches: tuple[str, ...] = ("",)
    posted: tuple[Posted, ...] = ()
    """CDRs of the second source that were taken."""
    hindered: tuple[Span, ...] = ()
    """Times in which something else than a switch or a trunk may have kept everybody from dialling."""
    unwell: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    """Times in which a switch, or the trunk of a gateway, was not as it should be, by its name."""
    steady: tuple[str, ...] = ()
    """Campaigns that nobody edits."""
    longest_call: float = float("inf")
    """Seconds, as a switch counts them, after which it ends a call whose carrier says nothing else."""
    speed: float = 1.0
    """Seconds of a call that pass on the switches in one second."""
    broken_url: str = "http://nobody/broken"
    """How the URLs begin that take nothing."""
    hoards: tuple[Hoard, ...] = ()
    callbacks_hindered: tuple[Span, ...] = ()
    """Times in which something else than another's URL may have delayed callbacks."""
    clock_set: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """When each switch's clock was set: what it measures over such a moment says nothing."""
    speech: Speech = field(default_factory=Speech)


def read_rows(engine: Engine) -> Rows:
    """Read everything from a database that has come to rest."""

    def of(table: Table) -> Sequence[RowMapping]:
        return connection.execute(select(table)).mappings().all()

    with engine.connect() as connection:
        return Rows(
            calls={row.id: row for row in map(_call, of(calls))},
            leads={row.id: row for row in map(_lead, of(leads))},
            campaigns={row.id: row for row in map(_campaign, of(campaigns))},
            carriers={row.id: row for row in map(_carrier, of(carriers))},
            tenants={row.id: row for row in map(_tenant, of(tenants))},
            lists={str(row["id"]): row["active"] for row in of(lists)},
            deliveries={row.id: row for row in map(_delivery, of(deliveries))},
        )


def _call(row: RowMapping) -> CallRow:
    return CallRow(
        id=str(row["id"]),
        lead=str(row["lead_id"]),
        campaign=str(row["campaign_id"]),
        carrier=str(row["carrier_id"]),
        network=row["network"],
        attempt=row["attempt"],
        state=row["state"],
        cause=row["cause"],
        reason=row["reason"] or "",
        otp=row["stage_before"] is Stage.OTP,
        queued_at=row["queued_at"].timestamp(),
        dialled_at=_moment(row["dialing_at"]),
        ended_at=_moment(row["ended_at"]),
        assumed_at=_moment(row["assumed_at"]),
        counted=row["counted"],
        answered=row["answered_at"] is not None,
        billsec=row["switch_billsec"],
    )


def _moment(stored: DateTime | None) -> float | None:
    return None if stored is None else stored.timestamp()


def _lead(row: RowMapping) -> LeadRow:
    return LeadRow(
        id=str(row["id"]),
        campaign=str(row["campaign_id"]),
        list=str(row["list_id"]),
        phone=row["phone"],
        network=row["network"],
        stage=row["stage"],
        ending=row["ending"],
        called_count=row["called_count"],
        parked=row["parked"],
        created_at=row["created_at"].timestamp(),
    )


def _campaign(row: RowMapping) -> CampaignRow:
    carrier = "" if row["carrier_id"] is None else str(row["carrier_id"])
    return CampaignRow(id=str(row["id"]), tenant=str(row["tenant_id"]), settings={**row, "carrier_uuid": carrier})


def _carrier(row: RowMapping) -> CarrierRow:
    return CarrierRow(id=str(row["id"]), tenant=str(row["tenant_id"]), gateway=row["gateway"], settings={**row})


def _tenant(row: RowMapping) -> TenantRow:
    return TenantRow(id=str(row["id"]), timezone=row["timezone"], settings={"concurrent_call": row["concurrent_call"]})


def _delivery(row: RowMapping) -> DeliveryRow:
    return DeliveryRow(
        id=str(row["id"]),
        call=str(row["call_id"]),
        event=row["event"],
        state=row["state"],
        attempt=row["attempt"],
        corrected=row["corrected"],
        url=row["url"],
        created_at=row["created_at"].timestamp(),
    )
