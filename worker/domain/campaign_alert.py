"""What subscriptions receive when a campaign stands still or has finished (api/callbacks.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CampaignId
from worker.domain.json_value import Json
from worker.domain.reason import Why
from worker.domain.zone import zone_named


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignAlert:
    """An alert of a campaign; ``zone`` is its tenant's, ``since`` when it began."""

    event: CallbackEvent
    campaign_id: CampaignId
    campaign_name: str
    run_id: UUID | None
    domain: str
    zone: str
    since: DateTime
    last_dialled_at: DateTime | None
    why: Sequence[Why] = ()
    is_cleared: bool = False

    def body(self, *, now: DateTime) -> dict[str, Json]:
        """Return the body; of the reasons only the codes, because their facts may name switches."""
        codes = dict.fromkeys(why.reason.value for why in self.why)
        return {
            "state": self.event.value,
            "domain": self.domain,
            "campaign_uuid": str(self.campaign_id),
            "campaign_name": self.campaign_name,
            "run_id": "" if self.run_id is None else str(self.run_id),
            "cleared": self.is_cleared,
            "why": list(codes),
            "since": _local(self.since, zone=self.zone),
            "last_dialled_at": _local(self.last_dialled_at, zone=self.zone),
            "event_time": _local(now, zone=self.zone),
        }


def _local(moment: DateTime | None, *, zone: str) -> str:
    return "" if moment is None else moment.in_timezone(zone_named(zone)).isoformat(timespec="microseconds")
