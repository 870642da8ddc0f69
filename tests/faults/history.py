"""Which settings may have been in force at a moment, by what was asked and what was answered."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import pendulum
from pendulum import DateTime

from tests.faults.evidence import CampaignRow, CarrierRow, Edit, Evidence, TenantRow
from tests.faults.hours import Hours

Settings = Mapping[str, Any]  # Any: JSON
RulesT = TypeVar("RulesT")

UNTOLD: Settings = {"status": "stop", "active": True, "deleted": False}
"""What holds before the first edit that says so, where an edit does say so."""


class History(Generic[RulesT]):
    """The settings of one subject over time.

    Between an edit's question and its answer the old and the new may hold; one that was never answered may hold or not
    from then on. So each moment has several possible settings, and a promise is broken when none of them excuses it.
    """

    def __init__(self, base: Settings, edits: Iterable[Edit], *, read: Callable[[Settings], RulesT]) -> None:
        """Fold the edits over what no edit tells."""
        ordered = sorted(edits, key=lambda edit: edit.asked_at)
        edited = {key for edit in ordered for key in edit.changes}
        possible: list[Settings] = [{**base, **{key: UNTOLD[key] for key in edited & set(UNTOLD)}}]
        steps = [(float("-inf"), possible)]
        unanswered: list[Settings] = []
        for edit in ordered:
            changes = _changes(edit)
            applied = [{**settings, **changes} for settings in possible]
            either = _distinct([*possible, *applied])
            steps.append((edit.asked_at, either))
            if edit.answered_at is None:
                unanswered.append(changes)
                possible = either
            else:
                late = [{**settings, **lost} for lost in unanswered for settings in applied]
                possible = _distinct([*applied, *late])
                steps.append((edit.answered_at, possible))
        self._moments = [moment for moment, _ in steps]
        self._rules = [[read(settings) for settings in settings_then] for _, settings_then in steps]

    def during(self, since: float, until: float) -> list[RulesT]:
        """Give what may have been in force at any moment from one to another, both included."""
        first = bisect_right(self._moments, since) - 1
        last = bisect_right(self._moments, until)
        return [rules for step in self._rules[first:last] for rules in step]


def _changes(edit: Edit) -> Settings:
    kept = {key: value for key, value in edit.changes.items() if key != "schedules" or value is not None}
    return {**kept, "paused_at": edit.asked_at} if kept.get("status") == "pause" else kept


def _distinct(settings: Iterable[Settings]) -> list[Settings]:
    different: list[Settings] = []
    for one in settings:
        if one not in different:
            different.append(one)
    return different


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRules:
    """What a campaign's settings mean to a dial."""

    status: str
    paused_at: float
    active: bool
    deleted: bool
    carrier: str
    concurrent_call: int
    mode: str
    network: Mapping[str, int]
    attempts: int
    hours: Hours
    expires_at: float
    callback_url: str

    def is_running(self, at: float) -> bool:
        """Whether it is started, or was paused until a window that has opened since."""
        resumed = self.status == "pause" and self.hours.opened(after=self.paused_at, until=at)
        return self.status == "start" or resumed

    def cap_on(self, network: str) -> float:
        """Give its own cap on a network: 0 is no cap, but none is dialled in parallel mode."""
        value = self.network.get(network, 0)
        return value if value or self.mode == "parralel" else float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierRules:
    """What a carrier's settings mean to a dial."""

    concurrent_call: int
    network: Mapping[str, int]
    calls_per_second: float


@dataclass(frozen=True, slots=True)
class Histories:
    """The settings of everybody over time."""

    campaigns: Mapping[str, History[CampaignRules]] = field(default_factory=dict)
    carriers: Mapping[str, History[CarrierRules]] = field(default_factory=dict)
    tenant_caps: Mapping[str, History[float]] = field(default_factory=dict)
    lists: Mapping[str, History[bool]] = field(default_factory=dict)


def histories(evidence: Evidence) -> Histories:
    """Read everybody's edits; what no edit tells is taken from the database."""
    rows, edits = evidence.rows, _by_subject(evidence.edits)
    return Histories(
        campaigns={row.id: _of_campaign(row, evidence, edits.get(row.id, [])) for row in rows.campaigns.values()},
        carriers={row.id: _of_carrier(row, edits.get(row.id, [])) for row in rows.carriers.values()},
        tenant_caps={row.id: _of_tenant(row, edits.get(row.id, [])) for row in rows.tenants.values()},
        lists={
            id_: History({"active": active}, edits.get(id_, []), read=lambda settings: bool(settings["active"]))
            for id_, active in rows.lists.items()
        },
    )


def _by_subject(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    subjects: dict[str, list[Edit]] = {}
    for edit in edits:
        subjects.setdefault(edit.subject, []).append(edit)
    return subjects


def _of_campaign(row: CampaignRow, evidence: Evidence, edits: list[Edit]) -> History[CampaignRules]:
    zone = ZoneInfo(evidence.rows.tenants[row.tenant].timezone)

    def read(settings: Settings) -> CampaignRules:
        return CampaignRules(
            status=str(settings["status"]),
            paused_at=settings.get("paused_at", float("inf")),
            active=settings.get("active", True),
            deleted=settings.get("deleted", False),
            carrier=str(settings.get("carrier_uuid") or ""),
            concurrent_call=settings.get("concurrent_call", 0),
            mode={"": "direct", "parallel": "parralel"}.get(mode := str(settings.get("mode_call", "")), mode),
            network=_networks(settings),
            attempts=1 + settings.get("recall_times", 0),
            hours=Hours(
                zone=zone,
                schedules=settings.get("schedules") or (),
                local_start_time=settings.get("local_start_time", ""),
                local_end_time=settings.get("local_end_time", ""),
            ),
            expires_at=_expiry(settings.get("lead_expired_at"), zone=zone),
            callback_url=settings.get("callback_url", ""),
        )

    return History(row.settings, edits, read=read)


def _of_carrier(row: CarrierRow, edits: list[Edit]) -> History[CarrierRules]:
    def read(settings: Settings) -> CarrierRules:
        return CarrierRules(
            concurrent_call=settings.get("concurrent_call", 0),
            network=_networks(settings),
            calls_per_second=settings.get("calls_per_second") or float("inf"),
        )

    return History(row.settings, edits, read=read)


def _of_tenant(row: TenantRow, edits: list[Edit]) -> History[float]:
    def read(settings: Settings) -> float:
        cap = settings.get("concurrent_call")
        return float("inf") if cap is None else float(cap)

    return History(row.settings, edits, read=read)


def _networks(settings: Settings) -> dict[str, int]:
    return {str(name): int(value or 0) for name, value in (settings.get("network") or {}).items()}


def _expiry(value: Any, *, zone: ZoneInfo) -> float:  # Any: as the wire or the database has it
    """Read ``lead_expired_at``; empty and the calendar's ends are never."""
    moment = pendulum.parse(value, tz=zone.key) if isinstance(value, str) and value else value
    if not isinstance(moment, DateTime) or moment.year in {1, 1970, 9999}:
        return float("inf")
    return moment.timestamp()
