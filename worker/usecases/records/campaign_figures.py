"""Read how far a campaign is: its leads by stage, its calls by key, and the calls that ended last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from worker.domain.cdr import Cdr
from worker.domain.ids import CampaignId
from worker.domain.lead import Ending, Stage
from worker.ports.records.entities import CampaignStatistics, CdrFilter, Tenant
from worker.ports.records.store import RecordStore

LATEST: Final = 20
"""Calls that are shown of a campaign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFigures:
    """A campaign's counts, and its latest calls."""

    statistics: CampaignStatistics
    stages: Mapping[tuple[Stage, Ending | None], int]
    latest: Sequence[Cdr]


def campaign_figures(store: RecordStore, *, tenant: Tenant, campaign_id: CampaignId) -> CampaignFigures:
    """Return the figures of a campaign; raises ``NotFound``. Its cost follows the number of its leads."""
    with store.reading() as tx:
        tx.campaigns.get(tenant.id, campaign_id)
        return CampaignFigures(
            statistics=tx.statistics.of_campaign(campaign_id),
            stages=tx.standings.overviews.stages(campaign_id),
            latest=tx.cdrs.older(tenant.id, wanted=CdrFilter(campaign_id=campaign_id), limit=LATEST),
        )
