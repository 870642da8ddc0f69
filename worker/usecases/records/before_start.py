"""Look at a campaign before it is started: who will be skipped and why, the first dial, and when it will be done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import Outcome
from worker.domain.campaign import Campaign
from worker.domain.campaign_settings import to_campaign
from worker.domain.errors import NotFound, Rejected
from worker.domain.forecast import ASSUMED_SECONDS, Forecast, expected_pace, forecast_finish
from worker.domain.network import Network
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import CdrFilter
from worker.ports.records.starts import FirstLead
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.ports.sounds import SoundNames
from worker.usecases.dispatch.soundless_leads import consents_of, soundless_leads
from worker.usecases.dispatch.unspoken_leads import unspoken_leads
from worker.usecases.records.preview_edit import EditPreview, preview_edit
from worker.usecases.records.save_campaign import CampaignEdit

MOST_COUNTED: Final = 100_000
"""Waiting leads that are counted of each stage and network: 20 reads of an index."""
MOST_LOOKED_AT: Final = 5_000
"""Waiting leads whose numbers are looked up in the do-not-call list."""
MOST_HEARD: Final = 200
"""Of them, those whose sounds are looked up."""
MOST_MEASURED: Final = 200
"""The latest calls, whose length and answers are taken for those to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the calls will go, as far as earlier ones tell."""

    channels: int
    seconds: float
    """Of a channel for each call."""
    answer_rate: float
    """The share of calls that end a lead."""
    per_minute: float
    measured: int
    """Calls that this is taken from; 0 when there are none, so that it is assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeStart:
    """What a start would meet."""

    refused: Rejected | None
    """Why it cannot be started; then there is no dial and no forecast."""
    waiting: Mapping[Network, int]
    is_counted: bool
    """False when more leads wait than were counted."""
    not_set_up: Mapping[Network, int] = field(default_factory=dict)
    """Leads of networks that have no channel, in the campaign or on its carrier."""
    looked_at: int
    listed: int
    """Of those looked at: on the do-not-call list."""
    heard: int
    unspoken: int
    """Of those heard: the template reads a value that the lead has not."""
    soundless: int
    """Of those heard: their sounds are not rendered yet."""
    first_dial_at: DateTime | None = None
    pace: Pace | None = None
    forecast: Forecast | None = None


def look_before_start(
    store: RecordStore,
    *,
    queue: JobQueue,
    start: CampaignEdit,
    names: SoundNames | None,
    now: DateTime,
    new_id: Callable[[], UUID],
) -> BeforeStart:
    """Return what this start would meet now; raises ``NotFound``. The cost is bounded, however many leads wait."""
    tenant, campaign_id = start.tenant, start.campaign_id
    refused, preview = None, None
    try:
        preview = preview_edit(store, queue=queue, edit=start, now=now, new_id=new_id)
    except NotFound:
        raise
    except Rejected as error:
        refused = error
    with store.reading() as tx:
        campaign = to_campaign(tx.campaigns.get(tenant.id, campaign_id), zone=tenant.timezone)
        waiting = tx.standings.starts.waiting(campaign_id, most=MOST_COUNTED + 1)
        first = tx.standings.starts.first(tenant.id, campaign_id, most=MOST_LOOKED_AT)
        unspoken, soundless = _silent(tx, first[:MOST_HEARD], campaign=campaign, names=names, now=now)
        not_set_up = {} if preview is None else _not_set_up(preview, waiting=waiting)
        pace = None if preview is None else _pace(tx, preview, campaign=campaign, waiting=waiting)
    leads = sum(waiting.values()) - sum(not_set_up.values())
    return BeforeStart(
        refused=refused,
        waiting=waiting,
        is_counted=max(waiting.values(), default=0) <= MOST_COUNTED,
        not_set_up=not_set_up,
        looked_at=len(first),
        listed=sum(1 for lead in first if lead.is_listed),
        heard=len(first[:MOST_HEARD]),
        unspoken=unspoken,
        soundless=soundless,
        first_dial_at=None if preview is None or not leads else preview.next_dial_at,
        pace=pace,
        forecast=None if pace is None else _forecast(pace, leads, campaign, now=now),
    )


def _silent(
    tx: RecordTransaction, first: Sequence[FirstLead], *, campaign: Campaign, names: SoundNames | None, now: DateTime
) -> tuple[int, int]:
    """Return how many lack a value that is read to them, and how many of the others lack a sound."""
    asked = {lead.id: lead.template_id or campaign.template_id for lead in first if not lead.is_listed}
    unspoken = unspoken_leads(tx, asked)
    codes = {lead.id for lead in first if lead.template_id is not None}
    consents = consents_of(dict.fromkeys(asked, campaign), codes=codes)
    return len(unspoken), len(soundless_leads(tx, asked, consents=consents, names=names, now=now).keys() - unspoken)


def _not_set_up(preview: EditPreview, *, waiting: Mapping[Network, int]) -> dict[Network, int]:
    return {network: leads for network, leads in waiting.items() if not preview.channels[network][1]}


def _pace(
    tx: RecordTransaction, preview: EditPreview, *, campaign: Campaign, waiting: Mapping[Network, int]
) -> Pace | None:
    """Return the pace of the campaign's latest calls; without any, that of the tenant's."""
    if campaign.carrier_id is None:
        return None
    carrier = tx.carriers.get(campaign.tenant_id, campaign.carrier_id)
    together = sum(preview.channels[network][1] for network in waiting)
    channels = min(together, campaign.concurrent_call, carrier.concurrent_call)
    if not channels:
        return None
    own = CdrFilter(campaign_id=campaign.id)
    calls = tx.cdrs.older(campaign.tenant_id, wanted=own, limit=MOST_MEASURED)
    calls = calls or tx.cdrs.older(campaign.tenant_id, wanted=CdrFilter(), limit=MOST_MEASURED)
    ended = [call for call in calls if call.outcome is not None and call.ended_at is not None]
    if not ended:
        seconds, rate = ASSUMED_SECONDS, 0.0
    else:
        again = campaign.recall.statuses - {Outcome.ANSWERED}
        seconds = max(1.0, sum(call.duration for call in ended) / len(ended))
        rate = sum(1 for call in ended if call.outcome not in again) / len(ended)
    per_minute = expected_pace(channels=channels, seconds=seconds, calls_per_second=carrier.calls_per_second)
    return Pace(channels=channels, seconds=seconds, answer_rate=rate, per_minute=per_minute, measured=len(ended))


def _forecast(pace: Pace, leads: int, campaign: Campaign, *, now: DateTime) -> Forecast | None:
    return forecast_finish(
        leads=leads,
        most_calls=campaign.recall.attempts,
        per_minute=pace.per_minute,
        answer_rate=pace.answer_rate,
        windows=campaign.windows,
        now=now,
    )
