"""Reports of calls: sums by campaign, the monitor's charts, each lead's result, and the calls that are up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pendulum import DateTime

from worker.domain.call import Outcome
from worker.domain.cdr import Cdr
from worker.domain.errors import Invalid, NotFound
from worker.domain.ids import CampaignId
from worker.domain.network import Network
from worker.domain.report import MOST_ROWS, Interval, Part, parts_of, quarters_of
from worker.domain.tally import TalkTime
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import LeadFilter, LeadRecord, Tenant
from worker.ports.records.reports import CallKind, CallsWanted, LiveCall, ReportedCampaign
from worker.ports.records.store import RecordStore, RecordTransaction

UNKNOWN_CAMPAIGN: Final = "campaign is not found"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAsked:
    """Which calls a report is about, and how it is divided."""

    wanted: CallsWanted = field(default_factory=CallsWanted)
    """Its quarters follow from the times below."""
    start: DateTime | None = None
    end: DateTime | None = None
    interval: Interval | None = None
    by_network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """The calls of one campaign, in one part of the period and on one network if these were asked for."""

    campaign: ReportedCampaign
    part: Part | None
    network: Network | None
    outcomes: Mapping[Outcome, int]
    duration: int
    billsec: int

    @property
    def calls(self) -> int:
        """Return the number of calls."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Report:
    """Rows, and whether every ended call is counted in them."""

    rows: Sequence[ReportRow]
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """The monitor's four charts as numbers, and the hang-up causes."""

    outcomes: Mapping[Outcome, int]
    talk_times: Mapping[TalkTime, int]
    """Of calls that somebody or something answered."""
    keys: Mapping[str, int]
    """By the last pressed key; those without a key under the empty text."""
    causes: Mapping[str, int]
    is_complete: bool

    @property
    def calls(self) -> int:
        """Return the number of calls."""
        return sum(self.outcomes.values())

    @property
    def connected(self) -> int:
        """Return how many calls connected a callee."""
        return self.outcomes.get(Outcome.ANSWERED, 0)


def report_campaigns(store: RecordStore, *, tenant: Tenant, asked: ReportAsked) -> Report:
    """Return the calls of each campaign, the newest campaign first; a whole one without calls has a row of zeros.

    Divided by interval or network, only rows with calls are returned. Deleted campaigns are returned when they have
    calls. Raises ``NotFound`` for an unknown campaign, ``Invalid`` for a period that is wrong or too long.
    """
    wanted, parts = _period(asked, zone=tenant.timezone)
    with store.reading() as tx:
        campaigns = _campaigns(tx, tenant, wanted.campaign_id)
        sums = tx.reports.sums(tenant.id, wanted, parts=parts, by_network=asked.by_network)
        is_complete = not tx.reports.has_old_ends(tenant.id)
    found: dict[tuple[CampaignId, int, Network | None], ReportRow] = {}
    if asked.interval is None and not asked.by_network:
        found = {(one.id, 0, None): _empty(one) for one in campaigns.values() if not one.is_deleted}
    for one in sums:
        key = one.campaign_id, one.part, one.network
        part = parts[one.part] if parts else None
        row = found.get(key) or _empty(campaigns[one.campaign_id], part=part, network=one.network)
        outcomes = {**row.outcomes, one.outcome: one.calls}
        found[key] = replace(
            row, outcomes=outcomes, duration=row.duration + one.duration, billsec=row.billsec + one.billsec
        )
        if len(found) > MOST_ROWS:
            raise Invalid(f"the report has more than {MOST_ROWS} rows: ask for one campaign or a shorter period")
    places = {campaign_id: place for place, campaign_id in enumerate(campaigns)}
    networks = {None: 0} | {network: place for place, network in enumerate(Network)}
    order = sorted(found, key=lambda key: (places[key[0]], key[1], networks[key[2]]))
    return Report([found[key] for key in order], is_complete)


def chart_calls(store: RecordStore, *, tenant: Tenant, asked: ReportAsked) -> Charts:
    """Return the charts of the asked calls; raises as ``report_campaigns`` does."""
    wanted, _ = _period(asked, zone=tenant.timezone)
    with store.reading() as tx:
        _campaigns(tx, tenant, wanted.campaign_id)
        kinds = tx.reports.kinds(tenant.id, wanted)
        is_complete = not tx.reports.has_old_ends(tenant.id)
    return charts_of(kinds, is_complete=is_complete)


def charts_of(kinds: Sequence[CallKind], *, is_complete: bool) -> Charts:
    """Return the charts of these calls."""
    outcomes, causes, keys = dict.fromkeys(Outcome, 0), dict[str, int](), dict[str, int]()
    talk_times: dict[TalkTime, int] = {part: 0 for part in TalkTime if part is not TalkTime.NONE}
    for kind in kinds:
        outcomes[kind.outcome] += kind.calls
        causes[kind.cause] = causes.get(kind.cause, 0) + kind.calls
        keys[kind.pressed_key] = keys.get(kind.pressed_key, 0) + kind.calls
        if kind.talk_time is not TalkTime.NONE:
            talk_times[kind.talk_time] += kind.calls
    return Charts(
        outcomes=outcomes,
        talk_times=talk_times,
        keys=dict(sorted(keys.items())),
        causes={cause: calls for cause, calls in sorted(causes.items()) if calls},
        is_complete=is_complete,
    )


def report_leads(
    store: RecordStore, *, tenant: Tenant, part: Slice, asked: ReportAsked
) -> Page[tuple[LeadRecord, Cdr | None]]:
    """Return leads in the order in which they were added, each with its last call that started in the period."""
    quarters_of(asked.start, asked.end)  # the same periods as those of the campaigns' report
    wanted = LeadFilter(campaign_id=asked.wanted.campaign_id, list_id=asked.wanted.list_id)
    with store.reading() as tx:
        _campaigns(tx, tenant, wanted.campaign_id)
        page = tx.lead_records.page(tenant.id, part, wanted=wanted)
        calls = tx.reports.latest_calls({lead.id for lead in page.rows}, since=asked.start, before=asked.end)
    return Page([(lead, calls.get(lead.id)) for lead in page.rows], page.total)


def live_calls(
    store: RecordStore, *, tenant: Tenant, campaign_id: CampaignId | None, limit: int
) -> tuple[list[LiveCall], int]:
    """Return calls that are on a switch or being sent to it, the longest first, and how many there are."""
    with store.reading() as tx:
        found = tx.reports.live_calls(tenant.id, campaign_id, limit=limit)
        total = len(found) if len(found) < limit else tx.reports.count_live(tenant.id, campaign_id)
    return found, total


def _period(asked: ReportAsked, *, zone: str) -> tuple[CallsWanted, Sequence[Part]]:
    wanted = replace(asked.wanted, quarters=quarters_of(asked.start, asked.end))
    if asked.interval is None:
        return wanted, ()
    return wanted, parts_of(asked.start, asked.end, interval=asked.interval, zone=zone)


def _campaigns(
    tx: RecordTransaction, tenant: Tenant, campaign_id: CampaignId | None
) -> dict[CampaignId, ReportedCampaign]:
    found = {one.id: one for one in tx.reports.campaigns(tenant.id, campaign_id)}
    if campaign_id is not None and not found:
        raise NotFound(UNKNOWN_CAMPAIGN)
    return found


def _empty(campaign: ReportedCampaign, *, part: Part | None = None, network: Network | None = None) -> ReportRow:
    return ReportRow(campaign=campaign, part=part, network=network, outcomes={}, duration=0, billsec=0)
