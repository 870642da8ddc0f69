"""Read what the metrics show, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

from worker.domain.call import CallState
from worker.domain.hold import Hold
from worker.domain.ids import CarrierId
from worker.domain.reason import why_not_run
from worker.domain.switch import Switch
from worker.domain.trunk import Trunk
from worker.ports.records.figures import Backlog, ChannelUse, DueLeads, EndedCalls, WaitingLeads
from worker.ports.records.store import RecordStore

MOST_CARRIERS: Final = 200
"""Carriers with metrics of their own, busy and failing ones first, so that the number of time series is bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationFigures:
    """What the installation as a whole does at one moment."""

    live_calls: Mapping[CallState, int]
    channels: Sequence[ChannelUse]
    trunks: Mapping[CarrierId, Trunk]
    waiting_leads: WaitingLeads
    due_leads: int
    """Of campaigns that are started and open now."""
    due_since: DateTime | None
    ended_calls: EndedCalls
    pending_callbacks: int
    backlog: Backlog
    switches: Sequence[Switch]
    failed_logins: int
    hold: Hold | None


def read_figures(store: RecordStore, *, now: DateTime) -> InstallationFigures:
    """Return the figures of all tenants."""
    with store.reading() as tx:
        due = _callable(tx.figures.due_leads(now=now), now=now)
        return InstallationFigures(
            live_calls=tx.figures.live_calls(),
            channels=tx.figures.channels(limit=MOST_CARRIERS),
            trunks=tx.trunks.worst(limit=MOST_CARRIERS),
            waiting_leads=tx.figures.waiting_leads(),
            due_leads=sum(one.leads for one in due),
            due_since=min((one.since for one in due), default=None),
            ended_calls=tx.figures.ended_calls(),
            pending_callbacks=tx.figures.pending_callbacks(),
            backlog=tx.figures.backlog(),
            switches=tx.switches.all(),
            failed_logins=tx.login_failures.total(),
            hold=tx.installation.hold(),
        )


def _callable(due: Sequence[DueLeads], *, now: DateTime) -> list[DueLeads]:
    """Return those that a campaign may call now; in the night, all others wait as they should."""
    return [one for one in due if why_not_run(one.campaign, now=now) is None]
