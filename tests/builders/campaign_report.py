"""A campaign's report with calls of a month."""

from uuid import UUID

from tests.builders import HANOI, NOON
from worker.domain.call import Outcome
from worker.domain.campaign_report.report import CampaignReport, LeadsOfReport, OnNetwork, PartOfReport
from worker.domain.ids import CampaignId
from worker.domain.network import Network
from worker.domain.report import Interval
from worker.domain.tally import TalkTime

NAME = "Nhắc nợ Ỷ <script>alert(1)</script> & Co"
CAUSE = "=cmd|' /C calc'!A0"


def a_report(*, name: str = NAME, calls: int = 3_000, is_complete: bool = True) -> CampaignReport:
    """Return a report of 30 days; two thirds of its calls were answered."""
    start = NOON.in_timezone(HANOI).start_of("day")
    answered = calls * 2 // 3
    return CampaignReport(
        campaign_id=CampaignId(UUID(int=7)),
        name=name,
        tenant="default",
        zone=HANOI,
        start=start,
        end=start.add(days=30),
        made_at=NOON,
        outcomes=dict.fromkeys(Outcome, 0) | {Outcome.ANSWERED: answered, Outcome.BUSY: calls - answered},
        talk_times={part: answered // 4 for part in TalkTime if part is not TalkTime.NONE},
        keys={"": calls - answered, "1": answered},
        causes={"NORMAL_CLEARING": answered, CAUSE: calls - answered} if calls else {},
        networks=[OnNetwork(one, calls // 5, answered // 5) for one in Network],
        interval=Interval.DAY,
        parts=[PartOfReport(start.add(days=day), calls // 30, answered // 30) for day in range(30)],
        duration=5_000,
        billsec=3_725,
        leads=LeadsOfReport(leads=9_000, called=2_000, do_not_call=3, waiting=dict.fromkeys(Network, 1_400)),
        is_complete=is_complete,
    )
