"""One campaign as a row of the list: each cell in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

from api.ops.wording import Wording
from worker.domain.call import Outcome
from worker.domain.network import Network
from worker.domain.run_state import RunState
from worker.domain.window import Windows
from worker.usecases.records.watch_campaigns import CampaignDetail, WatchedCampaign

BAR: Final = 100
"""The width of a bar, in its own units."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: where it begins and how wide it is, with its name and class."""

    x: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class NetworkChannels:
    """One network's channels: words, and how full they are, from 0 to ``BAR``."""

    text: str
    full: float
    is_limited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    """The cells of one campaign."""

    id: str
    name: str
    carrier: str
    state: RunState
    window: str
    channels: str
    queued: str
    full: float
    networks: Sequence[NetworkChannels]
    calls_a_minute: str
    answer_rate: str
    outcomes: Sequence[Part]
    remaining: str
    recalls: str
    next_recall: str
    finish: str
    finish_range: str
    reasons: Sequence[str]


def row_of(one: WatchedCampaign, detail: CampaignDetail, *, say: Wording) -> CampaignRow:
    """Return the cells of a campaign."""
    explanation, waiting = detail.explanation, detail.waiting
    limit = one.settings.concurrent_call
    finish, finish_range = finish_of(detail, say=say)
    return CampaignRow(
        id=str(one.campaign.id),
        name=one.settings.campaign_name,
        carrier=one.carrier_name or say.text("no_carrier"),
        state=one.state,
        window=window_of(one.campaign.windows, now=say.now, opens_at=explanation.next_window, say=say),
        channels=say.text("of_limit", used=say.number(one.in_use), limit=say.number(limit)),
        queued=say.text("queued", calls=say.number(explanation.queued)) if explanation.queued else "",
        full=_share(one.in_use, limit),
        networks=_networks(detail, say=say),
        calls_a_minute=say.number(detail.recent.dialled),
        answer_rate=say.percent(detail.answer_rate),
        outcomes=outcome_parts(detail, say=say),
        remaining=say.number(waiting.leads),
        recalls=say.number(waiting.recalls),
        next_recall=say.text("next_recall", time=say.when(waiting.next_recall_at)) if waiting.recalls else "",
        finish=finish,
        finish_range=finish_range,
        reasons=[say.why(why) for why in explanation.reasons] or [say.text("dials")],
    )


def window_of(windows: Windows, *, now: DateTime, opens_at: DateTime | None, say: Wording) -> str:
    """Return until when the windows are open, or when they open."""
    if not windows.contains(now):
        return say.text("never_open") if opens_at is None else say.text("opens_at", time=say.when(opens_at))
    closes_at = windows.next_closing(now)
    return say.text("always_open") if closes_at is None else say.text("open_until", time=say.when(closes_at))


def finish_of(detail: CampaignDetail, *, say: Wording) -> tuple[str, str]:
    """Return when the campaign will likely be done, and between which times."""
    found = detail.forecast
    if found is None:
        return (say.text("no_pace") if detail.waiting.leads else say.text("nothing")), ""
    if found.likely is None:
        return say.text("beyond"), ""
    latest = say.text("beyond") if found.latest is None else say.when(found.latest)
    earliest = say.when(found.earliest)
    return say.when(found.likely), "" if earliest == latest else say.text(
        "finish_between", earliest=earliest, latest=latest
    )


def outcome_parts(detail: CampaignDetail, *, say: Wording) -> list[Part]:
    """Return the recent outcomes as pieces of one bar."""
    counted, x, parts = detail.recent.outcomes, 0.0, []
    total = sum(counted.values())
    for outcome in Outcome:
        calls = counted.get(outcome, 0)
        if calls:
            width = BAR * calls / total
            title = f"{say.text(f'outcome.{outcome}')}: {say.number(calls)}"
            parts.append(Part(round(x, 2), round(width, 2), outcome.value, title))
            x += width
    return parts


def _networks(detail: CampaignDetail, *, say: Wording) -> list[NetworkChannels]:
    shown = []
    for network in Network:
        use = detail.explanation.networks[network]
        name = say.text(f"network.{network}")
        if use.limit is not None and (use.limit or use.in_use):
            used, limit = say.number(use.in_use), say.number(use.limit)
            text = say.text("on_network", network=name, used=used, limit=limit)
            shown.append(NetworkChannels(text, _share(use.in_use, use.limit), is_limited=True))
        elif use.limit is None and use.in_use:
            text = say.text("on_network_free", network=name, used=say.number(use.in_use))
            shown.append(NetworkChannels(text, 0.0, is_limited=False))
    return shown


def _share(used: int, limit: int) -> float:
    return round(min(BAR, BAR * used / limit), 2) if limit > 0 else 0.0
