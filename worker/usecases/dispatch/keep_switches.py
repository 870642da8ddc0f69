"""Add switches, take them out of service and bring them back, while everything runs."""

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.errors import Conflict, NotFound
from worker.domain.switch import Switch, SwitchState
from worker.domain.switch_address import SwitchUrl
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore
from worker.usecases.dispatch.unreached_calls import end_calls_on

logger = logging.getLogger(__name__)

IS_HEARD: Final = "is heard by a listener"


def insert_first_list(store: DispatchStore, urls: Collection[SwitchUrl], *, now: DateTime) -> None:
    """Add the switches of the environment that are not known yet; a forgotten one stays forgotten."""
    with store.transaction() as tx:
        tx.switches.insert_missing([_new(url, weight=1, now=now) for url in urls])


def list_switches(store: DispatchStore) -> list[Switch]:
    """Return all switches, those that are gone included."""
    with store.reading() as tx:
        return tx.switches.all()


def check_known(store: DispatchStore, name: str) -> None:
    """Raise ``NotFound`` when there is no such switch."""
    with store.reading() as tx:
        _locked(tx.switches.named(name), name)


def add_switch(store: DispatchStore, url: SwitchUrl, *, weight: int, now: DateTime) -> Switch:
    """Add a switch, or give a known one this password and weight and bring it back into service."""
    with store.transaction() as tx:
        tx.switches.insert_missing([_new(url, weight=weight, now=now)])
        known = _locked(tx.switches.lock(url.name), url.name)
        switch = replace(_moved(known, SwitchState.ACTIVE, now=now), url=url.with_password, weight=weight)
        tx.switches.save(switch)
    _tell(switch)
    return switch


def set_weight(store: DispatchStore, name: str, *, weight: int) -> Switch:
    """Change a switch's share of the calls. Raises ``NotFound``."""
    with store.transaction() as tx:
        switch = replace(_locked(tx.switches.lock(name), name), weight=weight)
        tx.switches.save(switch)
    return switch


def drain_switch(store: DispatchStore, name: str, *, now: DateTime) -> Switch:
    """Send the switch no more calls; those that are up go on. Raises ``NotFound``, ``Conflict`` when it is gone."""
    return _move(store, name, SwitchState.DRAINING, now=now)


def resume_switch(store: DispatchStore, name: str, *, now: DateTime) -> Switch:
    """Send a draining switch calls again. Raises ``NotFound``, ``Conflict`` when it is gone."""
    return _move(store, name, SwitchState.ACTIVE, now=now)


def forget_switch(
    store: DispatchStore, name: str, *, queue: JobQueue, now: DateTime, new_id: Callable[[], UUID]
) -> tuple[Switch, int]:
    """Declare a switch gone: its calls are over, and their slots free at once. Return it and how many calls it had.

    Raises ``NotFound``, and ``Conflict`` while a listener hears it and it has calls of ours: they are not over.
    """
    with store.transaction() as tx:
        known = _locked(tx.switches.lock(name), name)
        up = tx.switches.calls_up().get(name, 0) if name in tx.leader_leases.listeners(now=now) else 0
        if up:
            raise Conflict(f"switch {name} {IS_HEARD}, and {up} of our calls are up on it: drain it first")
        switch = _moved(known, SwitchState.GONE, now=now)
        tx.switches.save(switch)
    _tell(switch)
    return switch, end_calls_on(store, name, queue=queue, now=now, new_id=new_id)


def _move(store: DispatchStore, name: str, state: SwitchState, *, now: DateTime) -> Switch:
    with store.transaction() as tx:
        known = _locked(tx.switches.lock(name), name)
        if known.state is SwitchState.GONE:
            raise Conflict(f"switch {name} is gone: add it again")
        switch = _moved(known, state, now=now)
        tx.switches.save(switch)
    _tell(switch)
    return switch


def _moved(switch: Switch, state: SwitchState, *, now: DateTime) -> Switch:
    return switch if switch.state is state else replace(switch, state=state, state_since=now)


def _locked(switch: Switch | None, name: str) -> Switch:
    if switch is None:
        raise NotFound(f"switch {name} is not found")
    return switch


def _new(url: SwitchUrl, *, weight: int, now: DateTime) -> Switch:
    return Switch(name=url.name, url=url.with_password, weight=weight, state_since=now, created_at=now)


def _tell(switch: Switch) -> None:
    extra = {"action": "switch_changed", "switch": switch.name, "state": switch.state.value}
    logger.info("switch changed by an operator", extra=extra)
