"""Calls whose end no event told: when it may be assumed, and what is assumed.

Only a restart of the switch proves that a call is over without a result. In any other case the callee may have
answered while nobody listened, and must not be called again because of that.
"""

from dataclasses import dataclass

from pendulum import DateTime, Duration

from worker.domain.call import LOST, UNKNOWN, HungUp
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.switch import Switch
from worker.domain.timing import CALL_ASKED_AFTER, CDR_GRACE, RESTART_NOTICED_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class LastKnown:
    """What is known of a call whose end nobody heard."""

    call_id: CallId
    dialled_at: DateTime
    ringing_at: DateTime | None = None
    answered_at: DateTime | None = None
    seen_up_at: DateTime | None = None
    """When its switch was last seen to have it."""

    @property
    def last_sign(self) -> DateTime:
        """Return the last time at which the call was certainly up; it is billed no longer than to here."""
        signs = (self.dialled_at, self.ringing_at, self.answered_at, self.seen_up_at)
        return max(sign for sign in signs if sign is not None)


def assume_end(known: LastKnown, *, has_restarted: bool) -> HungUp:
    """Return the end that is assumed; an answer that was heard is kept."""
    return HungUp(
        call_id=known.call_id,
        end=Hangup(cause=LOST if has_restarted else UNKNOWN, answered=known.answered_at is not None),
        started_at=known.dialled_at,
        ended_at=known.last_sign,
        ringing_at=known.ringing_at,
        answered_at=known.answered_at,
        is_assumed=True,
    )


def has_restarted_since(switch: Switch | None, *, dialled_at: DateTime) -> bool:
    """Return True when the switch certainly restarted after the call was dialled, so that the call is over."""
    if switch is None or switch.core_since is None:
        return False
    return dialled_at <= switch.core_since - RESTART_NOTICED_WITHIN


def posts_cdrs(switch: Switch | None) -> bool:
    """Return True when the switch has a secret for CDRs and has posted one."""
    return switch is not None and switch.cdr_secret_hash is not None and switch.cdr_heard_at is not None


def patience_for(switch: Switch | None, *, dialled_at: DateTime, event_due_within: Duration) -> Duration:
    """Return how long a switch must not have a call before its end is assumed.

    ``event_due_within`` is how long an event may take. A restarted switch posts no CDR of the calls before.
    """
    if has_restarted_since(switch, dialled_at=dialled_at) or not posts_cdrs(switch):
        return event_due_within
    return max(event_due_within, CDR_GRACE)


def seen_in_listing(listed_at: DateTime | None, *, dialled_at: DateTime) -> DateTime | None:
    """Return when a call that is missing only now was last seen: in the listing before, if it was looked for then."""
    if listed_at is None or dialled_at > listed_at - CALL_ASKED_AFTER:
        return None
    return listed_at
