"""What operators read of a switch: its row without secrets, and whether it takes calls now."""

from pendulum import DateTime

from worker.domain.json_value import Json
from worker.domain.switch_choice import Candidate, why_no_calls
from worker.ports.dispatch.store import DispatchStore
from worker.ports.dispatch.switches import SwitchReads


def known_switches(tx: SwitchReads, *, now: DateTime) -> list[Candidate]:
    """Return every switch with our calls on it, whether a listener hears it or not."""
    heard, up = tx.leader_leases.listeners(now=now), tx.switches.calls_up()
    last_dials = tx.switches.last_dials()
    return [
        Candidate(
            switch,
            up=up.get(switch.name, 0),
            is_heard=switch.name in heard,
            last_dial_at=last_dials.get(switch.name),
        )
        for switch in tx.switches.all()
    ]


def read_facts(store: DispatchStore, *, now: DateTime) -> list[dict[str, Json]]:
    """Return the facts of every switch, by name."""
    with store.reading() as tx:
        return [facts_of(candidate) for candidate in known_switches(tx, now=now)]


def facts_of(candidate: Candidate) -> dict[str, Json]:
    """Return a switch for operators; times are in UTC, the password and the CDR secret are left out."""
    switch, why = candidate.switch, why_no_calls(candidate)
    return {
        "name": switch.name,
        "state": switch.state.value,
        "state_since": _moment(switch.state_since),
        "weight": switch.weight,
        "is_heard": candidate.is_heard,
        "heard_at": _moment(switch.heard_at),
        "takes_calls": why is None,
        "why": None if why is None else why.reason.value,
        "refused_cause": switch.refused_cause,
        "refused_since": _moment(switch.refused_since) if switch.refused_cause else None,
        "refused_until": _moment(switch.refused_until) if switch.refused_cause else None,
        "calls_up": candidate.up,
        "sessions": switch.sessions,
        "max_sessions": switch.max_sessions,
        "sessions_per_second": switch.sessions_per_second,
        "clock_skew_ms": switch.clock_skew_ms,
        "posts_cdrs": switch.cdr_secret_hash is not None,
        "cdrs_refused": switch.cdrs_refused,
        "cdr_heard_at": _moment(switch.cdr_heard_at),
        "created_at": _moment(switch.created_at),
    }


def _moment(moment: DateTime | None) -> str | None:
    return None if moment is None else moment.in_timezone("UTC").to_iso8601_string()
