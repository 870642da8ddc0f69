"""A campaign as a picture for terminals."""

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from worker.cli.campaign_facts import moment
from worker.cli.plain_text import plain
from worker.domain.reason import Why
from worker.domain.reason_messages import MESSAGES
from worker.usecases.records.look_at_campaign import CampaignSight

BAR_WIDTH = 40


def picture(sight: CampaignSight, *, name: str, zone: str) -> RenderableType:
    """Return the campaign with bars for its leads and its calls, and what keeps it from being dialled, or more."""
    found, statistics = sight.explanation, sight.statistics
    bars = Table.grid(padding=(0, 2))
    for what, completed, total in (
        ("leads done", sight.done, statistics.leads),
        ("calls up", found.in_use, found.campaign.concurrent_call),
    ):
        bar = ProgressBar(total=max(1, total), completed=completed, width=BAR_WIDTH)
        bars.add_row(what, bar, f"{completed}/{total}")
    counts = f"waiting {sight.waiting}  called {statistics.calls}  queued {found.queued}  DNC {statistics.dnc_leads}"
    head = plain(f"{name}: {found.campaign.status.value}, {moment(sight.at, zone=zone)}")
    head.stylize("bold")
    return Group(head, bars, Text(counts), *(_reason(why, zone=zone) for why in found.reasons))


def _reason(why: Why, *, zone: str) -> Text:
    until = "" if why.until is None else f" until {moment(why.until, zone=zone)}"
    cause = f" ({why.cause})" if why.cause else ""
    text = plain(f"{why.reason.value}{until}{cause}: {MESSAGES[why.reason]}")
    text.stylize("dim")
    return text
