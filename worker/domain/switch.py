"""A switch: the machine that carries calls, as all processes know it from its row."""

from dataclasses import dataclass, field
from enum import StrEnum

from pendulum import DateTime


class SwitchState(StrEnum):
    """What the operator wants of a switch."""

    ACTIVE = "active"
    DRAINING = "draining"
    """Gets no new calls; those that are up go on."""
    GONE = "gone"
    """Gets no new calls and is asked nothing; its calls are over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A switch's row: what the operator set, and what the processes learnt."""

    name: str
    """``HOST:PORT`` in its canonical form, as call rows store it."""
    url: str = field(repr=False)
    """``esl://:PASSWORD@HOST:PORT``; never shown."""
    weight: int = 1
    """Its share of new calls in relation to the other switches."""
    state: SwitchState = SwitchState.ACTIVE
    state_since: DateTime
    created_at: DateTime
    cdr_secret_hash: str | None = field(default=None, repr=False)
    """Of the secret with which the switch posts CDRs; None: it posts none."""
    cdr_heard_at: DateTime | None = None
    """When its last CDR post arrived."""
    cdrs_refused: int = 0
    """CDRs that it posted of calls on another switch; they settle nothing."""
    core_id: str = ""
    """Its ``Core-UUID``, another one after each restart; empty until it is known."""
    core_since: DateTime | None = None
    """When the core id was found to be another one than before, by our clock; None: never since it is known."""
    listed_at: DateTime | None = None
    """When the sweep last had a list of its calls, by our clock."""
    heard_at: DateTime | None = None
    """When a listener last received something from it."""
    refused_cause: str = ""
    """Why it takes no calls now; empty when it takes calls."""
    refused_since: DateTime | None = None
    refused_until: DateTime | None = None
    """When it is tried again."""
    sessions: int | None = None
    """Calls of any kind that it carried when it was last asked."""
    max_sessions: int | None = None
    sessions_per_second: int | None = None
    """The limits that it stated."""
    clock_skew_ms: int | None = None
    """How far its clock is ahead of ours."""
