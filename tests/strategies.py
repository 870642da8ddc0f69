"""Hypothesis strategies: situations for the planner, windows in any zone, and moments near which clocks change."""

from collections import Counter
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import pendulum
from hypothesis import settings
from hypothesis import strategies as st
from pendulum import DateTime

from tests.builders import HANOI, NOON, a_campaign, a_carrier, a_situation
from worker.domain.campaign import Campaign, Mode, Status
from worker.domain.ids import CampaignId
from worker.domain.lead import Lane
from worker.domain.network import Network
from worker.domain.planner import Demand, Situation
from worker.domain.quota import LiveCalls
from worker.domain.rotation import Served
from worker.domain.window import DAY_NS, WHOLE_DAY, Span, Week, Windows


def at_most(examples: int) -> int:
    """Return how many examples a costly property takes: these, or fewer where the profile has fewer."""
    profile = settings.default
    assert profile is not None
    return min(examples, profile.max_examples)


# --- the planner -----------------------------------------------------------------------------------------------------

NEVER: Final = Windows(HANOI, (Week.every_day(Span(0, 0)),))

counts: Final = st.dictionaries(st.sampled_from(list(Network)), st.integers(0, 12))
"""Calls, channels or leads by network."""

direct: Final = st.just(Mode.DIRECT)
pooled: Final = st.sampled_from([Mode.SERIAL, Mode.PARALLEL])
modes: Final = st.sampled_from(list(Mode))

demands: Final = st.builds(
    Demand,
    due=st.dictionaries(st.sampled_from(list(Lane)), counts),
    next_due_at=st.none() | st.just(NOON.add(minutes=3)),
    next_otp_at=st.none() | st.just(NOON.add(minutes=2)),
    in_inactive_lists=st.booleans(),
)


@st.composite
def candidates(draw: st.DrawFn, number: int, modes: st.SearchStrategy[Mode]) -> Campaign:
    """Draw a campaign that mostly runs."""
    hindered = draw(st.integers(0, 5)) == 0
    status = draw(st.sampled_from(list(Status))) if hindered else Status.START
    return a_campaign(
        id=CampaignId(UUID(int=number)),
        mode=draw(modes),
        status=status,
        windows=NEVER if hindered and status is Status.START else Windows(HANOI),
        concurrent_call=draw(st.integers(0, 12)),
        network=draw(counts),
    )


@st.composite
def situations(draw: st.DrawFn, modes: st.SearchStrategy[Mode] = modes) -> Situation:
    """Draw a carrier with some campaigns, in limits that may be full or overfull."""
    campaigns = [draw(candidates(number, modes)) for number in range(1, draw(st.integers(1, 4)) + 1)]
    live = {campaign.id: draw(counts) for campaign in campaigns}
    on_carrier: Counter[Network] = Counter(draw(counts))
    for calls in live.values():
        on_carrier.update(calls)
    names = st.sampled_from([str(campaign.id) for campaign in campaigns])
    pools = st.sampled_from([*(network.value for network in Network), "direct"])
    served = st.builds(Served, pools, st.dictionaries(pools, names))
    return a_situation(
        *campaigns,
        carrier=a_carrier(
            concurrent_call=draw(st.integers(0, 60)),
            network=draw(counts),
            calls_per_second=draw(st.just(0) | st.integers(0, 12)),
        ),
        demand={campaign.id: draw(demands) for campaign in campaigns},
        live=LiveCalls(tenant=on_carrier.total(), carrier=on_carrier, campaigns=live),
        tenant_cap=draw(st.none() | st.integers(0, 80)),
        queued=draw(st.integers(0, 4)),
        rotation=draw(st.dictionaries(st.sampled_from(["list", "otp"]), served)),
    )


# --- windows ---------------------------------------------------------------------------------------------------------

YEAR: Final = 2026
HOUR: Final = 3_600_000_000_000
EDGES: Final = (0, 1, HOUR // 2, HOUR, 2 * HOUR, 2 * HOUR + HOUR // 2, 3 * HOUR, 12 * HOUR, 23 * HOUR, DAY_NS)
"""Times of day at which clocks are changed, and the ends of the day."""

CHANGING_ZONES: Final = (
    "America/New_York",
    "America/Santiago",
    "America/Nuuk",
    "America/Scoresbysund",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Chatham",
)
"""Zones that change their clocks in every way there is: at midnight, by half an hour, backwards in winter."""

zones: Final = st.sampled_from(CHANGING_ZONES) | st.sampled_from(sorted(available_timezones()))
times: Final = st.sampled_from(EDGES) | st.integers(0, DAY_NS)
quarters: Final = st.integers(0, 96).map(lambda quarter: quarter * HOUR // 4)


def windows(edges: st.SearchStrategy[int] = times) -> st.SearchStrategy[Windows]:
    """Draw windows of up to three rows: nights, closed days, whole days, with local times or without."""
    spans = st.builds(Span, edges, edges)
    rows = st.lists(st.builds(Week, st.tuples(*[spans] * 7)), max_size=3)
    return st.builds(Windows, zone=zones, rows=rows.map(tuple), local=st.just(WHOLE_DAY) | spans)


@st.composite
def moments(draw: st.DrawFn, zone: str) -> DateTime:
    """Draw any moment of the year; every other one is within a day of a change of the zone's clock, if it has any."""
    start = pendulum.datetime(YEAR, 1, 1)
    moment = start.add(microseconds=draw(st.integers(0, 365 * 86_400_000_000 - 1)))
    changes = clock_changes(zone)
    if not changes or draw(st.booleans()):
        return moment
    near = draw(st.sampled_from([-86_400, -7_200, -3_600, -1_800, 0, 1_800, 3_600, 7_200, 86_400]))
    return draw(st.sampled_from(changes)).add(seconds=near, microseconds=draw(st.sampled_from([-1, 0, 1, 500_000])))


@cache
def clock_changes(zone: str) -> list[DateTime]:
    """Find the seconds of the year at which the zone's clock is changed."""
    days = [pendulum.datetime(YEAR, 1, 1).add(days=day) for day in range(366)]
    return [_change(*pair, zone=zone) for pair in pairwise(days) if _offset(pair[0], zone) != _offset(pair[1], zone)]


def _change(low: DateTime, high: DateTime, *, zone: str) -> DateTime:
    while (high - low).total_seconds() > 1:
        middle = low.add(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(middle, zone) == _offset(low, zone) else (low, middle)
    return high


def _offset(moment: DateTime, zone: str) -> timedelta | None:
    return moment.astimezone(ZoneInfo(zone)).utcoffset()
