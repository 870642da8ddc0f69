"""Read how far a campaign is: leads by stage, its run in charts, its week by hours, and its latest calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

from worker.domain.campaign_settings import CampaignSettings
from worker.domain.cdr import Cdr
from worker.domain.ids import CampaignId
from worker.domain.lead import Ending, Stage
from worker.domain.report import Interval
from worker.domain.zone import zone_named
from worker.ports.records.entities import CampaignStatistics, CdrFilter, Tenant
from worker.ports.records.reports import CallsWanted
from worker.ports.records.store import RecordStore
from worker.usecases.records.report_calls import Charts, ReportAsked, ReportRow, chart_calls, report_campaigns

LATEST: Final = 20
"""Calls that are shown of a campaign."""
DAYS: Final = 7
"""Whose hours are shown, up to this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFigures:
    """A campaign's counts, and its latest calls."""

    settings: CampaignSettings
    statistics: CampaignStatistics
    stages: Mapping[tuple[Stage, Ending | None], int]
    run: Charts
    """Of the present run; of all its runs while it is stopped."""
    hours: Sequence[ReportRow]
    """The hours of the last seven days with calls, in order."""
    ends: DateTime
    """The end of this hour, and of these seven days."""
    latest: Sequence[Cdr]


def campaign_figures(store: RecordStore, *, tenant: Tenant, campaign_id: CampaignId, now: DateTime) -> CampaignFigures:
    """Return the figures of a campaign; raises ``NotFound``. The cost follows the number of its leads."""
    with store.reading() as tx:
        settings = tx.campaigns.get(tenant.id, campaign_id)
        statistics = tx.statistics.of_campaign(campaign_id)
        stages = tx.standings.overviews.stages(campaign_id)
        latest = tx.cdrs.older(tenant.id, wanted=CdrFilter(campaign_id=campaign_id), limit=LATEST)
    ends = now.in_timezone(zone_named(tenant.timezone)).start_of("hour").add(hours=1)
    week = ReportAsked(
        wanted=CallsWanted(campaign_id=campaign_id),
        start=ends.subtract(days=DAYS),
        end=ends,
        interval=Interval.HOUR,
    )
    run = ReportAsked(wanted=CallsWanted(campaign_id=campaign_id, run_id=settings.run_id))
    return CampaignFigures(
        settings=settings,
        statistics=statistics,
        stages=stages,
        run=chart_calls(store, tenant=tenant, asked=run),
        hours=report_campaigns(store, tenant=tenant, asked=week).rows,
        ends=ends,
        latest=latest,
    )
