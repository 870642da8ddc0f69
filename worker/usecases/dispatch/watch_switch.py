"""Store what a switch reports about itself, for all workers: its sessions, and whether it takes calls."""

import logging

from pendulum import DateTime

from worker.domain.switch import Switch
from worker.domain.switch_refusal import SwitchNews, SwitchStatus, after_acceptance, after_refusal, after_status
from worker.ports.dispatch.store import DispatchStore

logger = logging.getLogger(__name__)


def watch_switch(
    store: DispatchStore, name: str, *, status: SwitchStatus | None, news: SwitchNews, now: DateTime
) -> Switch | None:
    """Store what was learnt, and return the switch as it is now; None when it is not known any more."""
    with store.transaction() as tx:
        before = tx.switches.lock(name)
        if before is None:
            return None
        after = before
        if status is not None:
            after = after_status(after, status, ours=tx.switches.calls_up().get(name, 0), now=now)
        if news.accepted_dial is not None:
            after = after_acceptance(after, dialled_at=news.accepted_dial)
        if news.refusal:
            after = after_refusal(after, news.refusal, now=now)
        if after != before:
            tx.switches.save(after)
    if after.refused_cause != before.refused_cause:
        _tell(after)
    return after


def is_nearly_full(switch: Switch) -> bool:
    """Return True when calls may wait for a session of this switch."""
    return switch.max_sessions is not None and (switch.sessions or 0) >= NEARLY * switch.max_sessions


NEARLY = 0.9


def _tell(switch: Switch) -> None:
    extra = {"action": "switch_takes_calls", "switch": switch.name, "cause": switch.refused_cause}
    if switch.refused_cause:
        logger.warning("switch takes no calls", extra={**extra, "action": "switch_refuses"})
    else:
        logger.info("switch takes calls again", extra=extra)
