"""Choose a switch for each call of a batch, and send each switch its part."""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from pendulum import DateTime

from worker.domain.ids import CallId
from worker.domain.switch import SwitchState
from worker.domain.switch_choice import Candidate, is_trial_due
from worker.domain.switch_refusal import SwitchNews, after_trial
from worker.domain.timing import UNREACHABLE_PAUSE
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore, DispatchTransaction
from worker.ports.dispatch.telephony import Origination, Placed, Telephony
from worker.usecases.dispatch.judge_calls import Won
from worker.usecases.dispatch.watch_switch import watch_switch

logger = logging.getLogger(__name__)


def read_candidates(store: DispatchStore, *, telephony: Telephony, now: DateTime) -> list[Candidate]:
    """Return the switches that a listener hears and that can be reached, each with our calls on it.

    A switch that refused is among them only when this worker may send it trial calls now.
    """
    with store.reading() as tx:
        switches = tx.switches.all()
        heard = tx.leader_leases.listeners(now=now)
        up = tx.switches.calls_up() if len(switches) > 1 or any(s.max_sessions for s in switches) else {}
    telephony.follow(switches)
    active = {switch.name for switch in switches if switch.state is SwitchState.ACTIVE}
    reached = telephony.reachable(among=active & heard.keys())
    candidates = [
        Candidate(switch, up=up.get(switch.name, 0), is_heard=True) for switch in switches if switch.name in reached
    ]
    ours = _claim_trials(store, {c.switch.name for c in candidates if is_trial_due(c, now=now)}, now=now)
    return [c for c in candidates if not c.switch.refused_cause or c.switch.name in ours]


def assign(won: Sequence[Won], names: Sequence[str]) -> list[Won]:
    """Return the calls that get a switch, each with its name; the others have to wait."""
    return [
        replace(one, origination=replace(one.origination, switch=name)) for one, name in zip(won, names, strict=False)
    ]


def wait_for_switch(tx: DispatchTransaction, call_ids: Collection[CallId], *, queue: JobQueue, now: DateTime) -> None:
    """Postpone queued calls that no switch can take now, and ask for a sweep that sends them again."""
    logger.warning("no switch takes calls now", extra={"action": "no_switch", "calls": len(call_ids)})
    tx.calls.postpone(call_ids, until=now + UNREACHABLE_PAUSE)
    tx.after_commit(partial(queue.sweep, wait_seconds=UNREACHABLE_PAUSE.total_seconds()))


def place_on_switches(
    telephony: Telephony, originations: Sequence[Origination], *, until: DateTime, awaits_begin: bool = False
) -> Placed:
    """Send each call to its switch; a switch that does not answer delays none of the others."""
    place = partial(telephony.place, until=until, awaits_begin=awaits_begin)
    batches: defaultdict[str, list[Origination]] = defaultdict(list)
    for origination in originations:
        batches[origination.switch].append(origination)
    if len(batches) <= 1:
        return next((place(batch, switch=name) for name, batch in batches.items()), Placed())
    with ThreadPoolExecutor(len(batches)) as threads:
        sending = [threads.submit(place, batch, switch=name) for name, batch in batches.items()]
        placed = [sent.result() for sent in sending]
    undialled = frozenset(call_id for one in placed for call_id in one.undialled)
    refusals = {name: said for one in placed for name, said in one.refusals.items()}
    return Placed(undialled, is_answered=all(one.is_answered for one in placed), refusals=refusals)


def note_refusals(store: DispatchStore, refusals: Mapping[str, str], *, now: DateTime) -> None:
    """Pass over switches that refused the command itself; otherwise calls would be sent to them again and again."""
    for name, said in sorted(refusals.items()):
        watch_switch(store, name, status=None, news=SwitchNews(refusal=said), now=now)


def _claim_trials(store: DispatchStore, names: Collection[str], *, now: DateTime) -> set[str]:
    """Take the right to try switches that refused; of several workers one gets it in each pause."""
    claimed = set()
    for name in sorted(names):
        with store.transaction() as tx:
            switch = tx.switches.lock(name)
            if switch is not None and is_trial_due(Candidate(switch, up=0, is_heard=True), now=now):
                tx.switches.save(after_trial(switch, now=now))
                claimed.add(name)
    return claimed
