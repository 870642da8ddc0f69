"""Translates switch events into call events; no socket is used here."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import pendulum
from pendulum import DateTime

from worker.domain.call import Answered, CallEvent, HungUp, Refused, Ringing, Unreached
from worker.domain.errors import Invalid
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.switch_refusal import is_own_refusal
from worker.domain.timing import JOB_WAITS_FOR_CHANNEL
from worker.domain.trunk_result import is_unreached
from worker.telephony.causes import REFUSALS, hangup_of
from worker.telephony.esl import BODY, SwitchEvent
from worker.telephony.keys import digits_in, key_in
from worker.telephony.legs import is_of_agent
from worker.telephony.recordings import recording_in

logger = logging.getLogger(__name__)

REMEMBERED: Final = 20_000
"""How many dials with a channel to remember, so that a late or repeated job result is ignored.

More than any switch begins in the minutes within which a job result may be repeated.
"""

_DIAL: Final = re.compile(r"[{,]callbeat_dial=([0-9]{1,9})[,}]")
_ORIGINATION_UUID: Final = re.compile(r"[{,]origination_uuid=([0-9A-Fa-f-]{36})[,}]")
_MICROSECONDS: Final = 1_000_000

_DialKey = tuple[CallId, int | None]
"""One dial of a call. A call may be dialled again, and late news of its first dial must not touch the second."""


@dataclass(frozen=True, slots=True)
class _FailedJob:
    call_id: CallId
    cause: str
    at: DateTime
    due: float
    dial: int | None


class Translation:
    """Translates the events of one connection. ``at`` is in seconds of a clock that is the same for all calls."""

    def __init__(self, *, listening_since: DateTime, remembered: int = REMEMBERED) -> None:
        """Start; events before ``listening_since`` may have been missed."""
        self._listening_since = listening_since
        self._remembered = remembered
        self._seen: dict[_DialKey, None] = {}
        self._failed: dict[_DialKey, _FailedJob] = {}

    def read(self, events: Iterable[SwitchEvent], *, at: float) -> list[CallEvent]:
        """Return the call events for the switch events, in order, then those for the failed jobs that are due."""
        read = [found for event in events if (found := self._read(event, at=at)) is not None]
        due = [job for job in self._failed.values() if job.due <= at]
        for job in due:
            del self._failed[job.call_id, job.dial]
        return read + [self._event_of_job(job) for job in due]

    def next_due(self) -> float | None:
        """Return the time at which the next failed job is due; None when there is none."""
        return min((job.due for job in self._failed.values()), default=None)

    def _read(self, event: SwitchEvent, *, at: float) -> CallEvent | None:
        try:
            match event["Event-Name"]:
                case "BACKGROUND_JOB":
                    self._read_job(event, at=at)
                    return None
                case "DTMF":
                    return key_in(event)
                case _:
                    pass
            return self._read_channel(event)
        except (KeyError, ValueError, OverflowError) as error:  # one malformed event must not stop the events after it
            fields = {
                "action": "odd_event",
                "event": event.get("Event-Name", "")[:40],
                "problem": repr(error)[:200],
            }
            logger.warning("malformed event skipped", extra=fields)
            return None

    def _read_channel(self, event: SwitchEvent) -> CallEvent | None:
        call_id = _call_of(event)
        if call_id is None:
            return None
        self._remember_channel((call_id, _dial_of(event)))
        match event["Event-Name"]:
            case "CHANNEL_PROGRESS" | "CHANNEL_PROGRESS_MEDIA":
                return Ringing(call_id, _rang(event) or _stated(event), _created(event))
            case "CHANNEL_ANSWER":
                return Answered(call_id, _answered(event) or _stated(event), _created(event))
            case "CHANNEL_HANGUP_COMPLETE":
                return _end(call_id, event)
            case _:
                return None

    def _remember_channel(self, dial: _DialKey) -> None:
        """Remember that the dial had a channel: from now on its hang-up event decides, and job results are ignored."""
        self._failed.pop(dial, None)
        self._seen[dial] = None
        if len(self._seen) > self._remembered:
            del self._seen[next(iter(self._seen))]

    def _read_job(self, event: SwitchEvent, *, at: float) -> None:
        if event.get("Job-Command") != "originate":
            return
        arguments = event.get("Job-Command-Arg", "")
        found, dial = _ORIGINATION_UUID.search(arguments), _DIAL.search(arguments)
        answer = event.get(BODY, "").strip()
        if found is None or not answer or answer.startswith("+"):
            return
        call_id, number = CallId(UUID(found[1])), None if dial is None else int(dial[1])
        if (call_id, number) in self._seen:
            return
        cause = answer.removeprefix("-ERR").strip() or "UNKNOWN"
        moment = _moment(event["Event-Date-Timestamp"])
        self._failed[call_id, number] = _FailedJob(
            call_id, cause[:80], moment, at + JOB_WAITS_FOR_CHANNEL.total_seconds(), number
        )

    def _event_of_job(self, job: _FailedJob) -> CallEvent:
        if job.cause in REFUSALS or is_own_refusal(job.cause):
            return Refused(job.call_id, job.cause, self._listening_since, job.dial)
        end = Hangup(cause=job.cause, answered=False)
        return HungUp(job.call_id, end, started_at=job.at, ended_at=job.at, dial=job.dial)


def _call_of(event: SwitchEvent) -> CallId | None:
    """Return the call that the event's channel belongs to; None when the channel is not one of ours."""
    channel = event.get("Unique-ID", "")
    if is_of_agent(event):
        return None
    if "variable_callbeat_lead" not in event and event.get("variable_origination_uuid") != channel:
        return None
    try:
        return CallId(UUID(channel))
    except ValueError:
        return None


def _end(call_id: CallId, event: SwitchEvent) -> HungUp | Unreached:
    hung_up = _hung_up(call_id, event)
    return Unreached(hung_up) if is_unreached(hung_up.end) else hung_up


def _hung_up(call_id: CallId, event: SwitchEvent) -> HungUp:
    ended = _time(event, "Caller-Channel-Hangup-Time", "variable_end_uepoch") or _stated(event)
    rang, answered = _rang(event), _answered(event)
    return HungUp(
        call_id,
        hangup_of(event, answered=answered is not None, rang=rang is not None),
        started_at=_created(event) or ended,
        ended_at=ended,
        ringing_at=rang,
        answered_at=answered,
        dial=_dial_of(event),
        digits=digits_in(event),
        recording=recording_in(event, call_id=call_id),
        sip_call_id=event.get("variable_sip_call_id", ""),
        hangup_disposition=event.get("variable_sip_hangup_disposition", ""),
    )


def _stated(event: SwitchEvent) -> DateTime:
    return _moment(event["Event-Date-Timestamp"])


def _created(event: SwitchEvent) -> DateTime | None:
    return _time(event, "Caller-Channel-Created-Time", "variable_start_uepoch")


def _dial_of(event: SwitchEvent) -> int | None:
    text = event.get("variable_callbeat_dial", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _rang(event: SwitchEvent) -> DateTime | None:
    ring = _time(event, "Caller-Channel-Progress-Time", "variable_progress_uepoch")
    media = _time(event, "Caller-Channel-Progress-Media-Time", "variable_progress_media_uepoch")
    return min(filter(None, (ring, media)), default=None)


def _answered(event: SwitchEvent) -> DateTime | None:
    return _time(event, "Caller-Channel-Answered-Time", "variable_answer_uepoch")


def _time(event: SwitchEvent, *names: str) -> DateTime | None:
    """Return the time in the first of these headers that holds one; a 0 means no time."""
    for name in names:
        if (text := event.get(name, "0")) not in {"", "0"}:
            return _moment(text)
    return None


def _moment(text: str) -> DateTime:
    return pendulum.from_timestamp(int(text) / _MICROSECONDS)  # a float is exact to the microsecond until after 2100


def end_in(event: SwitchEvent) -> HungUp | Unreached | None:
    """Return the end that a hang-up event tells, and of which dial; None for a channel that is not one of ours.

    Raises ``Invalid`` when its times or numbers cannot be read.
    """
    call_id = _call_of(event)
    if call_id is None:
        return None
    try:
        return _end(call_id, event)
    except (KeyError, ValueError, OverflowError) as error:
        raise Invalid("the times of the call cannot be read") from error
