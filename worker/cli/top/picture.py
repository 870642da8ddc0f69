"""A sight as a picture for terminals: the most urgent campaigns, carriers, switches, callbacks."""

from typing import Final

from pendulum import DateTime
from rich.console import ConsoleDimensions, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from worker.cli.plain_text import plain, visible
from worker.cli.top.facts import states_of
from worker.cli.top.sight import Sight
from worker.domain.reason import Why
from worker.domain.reason_messages import MESSAGES
from worker.domain.run_state import RunState
from worker.domain.switch_choice import why_no_calls
from worker.domain.trunk import TrunkState, state_of
from worker.domain.zone import zone_named
from worker.ports.records.entities import CarrierRecord
from worker.usecases.records.watch_campaigns import WatchedCampaign

BAR_WIDTH: Final = 12
NARROW: Final = 100
"""Columns of a screen below which bars leave their place to the reasons."""
NAME_SHARE: Final = 5
"""A name gets a fifth of the line at most; otherwise a long one would leave no room for the reasons."""
HEADS: Final = 7
"""Lines that are always there: the head, three headers with a blank before each but the first, the callbacks."""
LEAST_ROWS: Final = 2
_SHARE: Final = 4
"""Carriers and switches get a quarter of the screen each at most."""
_STYLES: Final = {
    RunState.FAILING: "bold red",
    RunState.DIALLING: "green",
    RunState.WAITING: "yellow",
    RunState.PAUSED: "cyan",
    RunState.FINISHED: "blue",
    RunState.STOPPED: "dim",
}
_TRUNKS: Final = {TrunkState.PROVEN: "green", TrunkState.UNPROVEN: "yellow", TrunkState.FAILING: "bold red"}


def picture(sight: Sight, *, zone: str, size: ConsoleDimensions, keys: bool, trouble: str = "") -> RenderableType:
    """Return the sight for a screen of this size; ``trouble`` says why it is old."""
    rows, width = size.height - HEADS - bool(trouble), size.width
    carriers, switches = (min(len(some), max(LEAST_ROWS, rows // _SHARE)) for some in (sight.carriers, sight.switches))
    return Group(
        _head(sight, zone=zone, keys=keys),
        *([_styled(trouble, "bold red")] if trouble else []),
        _campaigns(sight, zone=zone, width=width, most=max(LEAST_ROWS, rows - carriers - switches)),
        Text(),
        _carriers(sight, width=width, most=carriers),
        Text(),
        _switches(sight, zone=zone, width=width, most=switches),
        _callbacks(sight),
    )


def _head(sight: Sight, *, zone: str, keys: bool) -> Text:
    clock = sight.at.in_timezone(zone_named(zone)).strftime("%Y-%m-%d %H:%M:%S")
    up = sum(one.in_use for one in sight.watched.campaigns)
    states = "  ".join(f"{count} {state}" for state, count in states_of(sight).items() if count)
    head = Text(f"{clock}  {up} calls up  {states or 'no campaigns'}", "bold", no_wrap=True, overflow="ellipsis")
    return head.append("  (q ends)", "not bold dim") if keys else head


def _campaigns(sight: Sight, *, zone: str, width: int, most: int) -> Table:
    table = _table("campaign", "state", "", "channels", "a minute", "answered", "left", "why")
    for column in table.columns[3:7]:
        column.justify = "right"
    shown, total = sight.shown[:most], len(sight.watched.campaigns)
    if total > len(shown):
        shown = shown[: max(1, most - 1)]
    for one in shown:
        detail = sight.detail(one)
        rate = detail.answer_rate
        table.add_row(
            _name(one.settings.campaign_name, width=width),
            Text(one.state.value, _STYLES[one.state]),
            _bar(one.in_use, one.settings.concurrent_call, width=width),
            f"{one.in_use}/{one.settings.concurrent_call}",
            str(detail.recent.dialled),
            "-" if rate is None else f"{rate:.0%}",
            str(detail.waiting.leads),
            _why(one, sight, zone=zone),
        )
    if total > len(shown):
        table.add_row(Text(f"{total - len(shown)} more", "dim"))
    return table


def _why(one: WatchedCampaign, sight: Sight, *, zone: str) -> Text:
    reasons = sight.detail(one).explanation.reasons
    return Text("; ").join(reason(why, zone=zone, now=sight.at) for why in reasons) if reasons else Text("it dials")


def reason(why: Why, *, zone: str, now: DateTime) -> Text:
    """Return a reason with its facts in one line: the code, until when, the cause, and what it means."""
    network = "" if why.network is None else f" {why.network.value}"
    until = "" if why.until is None else f" until {_clock(why.until, zone=zone, now=now)}"
    cause = f" ({visible(why.cause)})" if why.cause else ""
    return Text(f"{why.reason.value}{network}{until}{cause}").append(f": {MESSAGES[why.reason]}", "dim")


def _clock(at: DateTime, *, zone: str, now: DateTime) -> str:
    """Return the time of day, with the date unless it is today."""
    local, today = (one.in_timezone(zone_named(zone)) for one in (at, now))
    return local.strftime("%H:%M:%S" if local.date() == today.date() else "%m-%d %H:%M")


def _carriers(sight: Sight, *, width: int, most: int) -> Table:
    table = _table("carrier", "trunk", "", "channels", "a second", "last cause")
    for one in sorted(sight.carriers, key=lambda each: _carrier_first(each, now=sight.at))[:most]:
        state, live = state_of(one.trunk, now=sight.at), sum(one.live.values())
        table.add_row(
            _name(one.name, width=width),
            Text(state.value, _TRUNKS[state]),
            _bar(live, one.concurrent_call, width=width),
            f"{live}/{one.concurrent_call}",
            str(one.calls_per_second or "-"),
            plain(one.trunk.cause or "-"),
        )
    return table


def _carrier_first(one: CarrierRecord, *, now: DateTime) -> tuple[bool, int, str]:
    return state_of(one.trunk, now=now) is not TrunkState.FAILING, -sum(one.live.values()), one.name.casefold()


def _switches(sight: Sight, *, zone: str, width: int, most: int) -> Table:
    table = _table("switch", "state", "", "calls", "sessions", "why it takes none")
    whys = [(one, why_no_calls(one)) for one in sight.switches]
    for one, why in sorted(whys, key=lambda each: (each[1] is None, each[0].switch.name))[:most]:
        sessions = "-" if one.switch.sessions is None else f"{one.switch.sessions}/{one.capacity}"
        table.add_row(
            _name(one.switch.name, width=width),
            Text(one.switch.state.value, "green" if why is None else "bold red"),
            _bar(one.up, one.capacity, width=width),
            str(one.up),
            sessions,
            Text("-") if why is None else reason(why, zone=zone, now=sight.at),
        )
    return table


def _callbacks(sight: Sight) -> Text:
    found = sight.backlog
    words = (f"{found.pending} wait", f"{found.dead} given up", f"{found.failing_urls} URLs failing")
    return _styled(f"callbacks  {'  '.join(words)}", "yellow" if found.dead or found.failing_urls else "")


def _table(*names: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), expand=True, header_style="bold dim")
    for name in names[:-1]:
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    table.add_column(names[-1], no_wrap=True, overflow="ellipsis", ratio=1)
    return table


def _name(text: str, *, width: int) -> Text:
    name = plain(text)
    name.truncate(max(len("campaign"), width // NAME_SHARE), overflow="ellipsis")
    return name


def _bar(used: int, limit: int, *, width: int) -> RenderableType:
    if width < NARROW:
        return ""
    return ProgressBar(total=max(1, limit), completed=min(used, max(1, limit)), width=BAR_WIDTH)


def _styled(text: str, style: str) -> Text:
    shown = plain(text)
    shown.stylize(style)
    return shown
