"""Answers of switches and of the process itself, and refusals."""

from typing import Annotated, Literal

from pydantic import Field

from api.responses.models.base import MAYBE, Answer, Moment, Taken
from worker.domain.caps import Cap
from worker.domain.reason import Reason
from worker.domain.switch import SwitchState


class Switch(Answer):
    """A switch for operators; times are in UTC."""

    name: str
    state: SwitchState
    state_since: Moment | None
    weight: int
    is_heard: bool
    heard_at: Moment | None
    takes_calls: bool
    why: Reason | None
    refused_cause: str
    refused_since: Moment | None
    refused_until: Moment | None
    calls_up: int
    sessions: int | None
    max_sessions: int | None
    sessions_per_second: int | None
    clock_skew_ms: int | None
    posts_cdrs: bool
    cdrs_refused: int
    cdr_heard_at: Moment | None
    created_at: Moment | None


class Switches(Answer):
    """Every switch."""

    data: list[Switch]


class SwitchChanged(Taken):
    """The switch, and how many calls ended with the change."""

    data: Switch
    calls_ended: int


class CdrStored(Answer):
    """That the CDR was read."""

    stored: bool


class Live(Answer):
    """That the process runs."""

    status: Literal["live"]


class Readiness(Answer):
    """The state of each part."""

    status: Literal["ready", "not ready"]
    parts: dict[str, str]


BrokenRule = Annotated[
    dict[str, str],
    Field(min_length=1, max_length=1, description="The field, or `(root)`: the rule that it breaks."),
]


class Refusal(Answer):
    """The error: one sentence, or one object for each broken rule."""

    error: str | list[BrokenRule]


class TooMany(Answer):
    """A refusal because of a limit; `cap` and the numbers are there when the limit is one of the tenant's caps."""

    error: str
    cap: Cap = MAYBE
    value: int = MAYBE
    used: int = MAYBE
    asked: int = MAYBE


class Outage(Answer):
    """The part that is down, full or too slow."""

    error: str


class EnvelopedRefusal(Answer):
    """A refusal in the envelope of `/v2`."""

    code: int
    content: str | list[BrokenRule]
    error: str
