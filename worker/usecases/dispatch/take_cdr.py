"""Take the CDR that a switch posts: store it in one short transaction; the sweep settles it."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from pendulum import DateTime

from worker.domain.errors import NotFound
from worker.domain.ids import CallId
from worker.domain.switch import Switch
from worker.domain.timing import CDR_HEARD_EVERY
from worker.ports.dispatch.second_source import CdrFormat, Facts, PostedCdr, PostedCdrId
from worker.ports.dispatch.store import DispatchStore, DispatchTransaction


def set_cdr_secret(store: DispatchStore, *, switch: str, secret: str) -> None:
    """Accept CDRs of the switch with this secret and no other; raises ``NotFound``. Only its hash is stored."""
    with store.transaction() as tx:
        known = tx.switches.lock(switch)
        if known is None:
            raise NotFound(f"there is no switch {switch}")
        tx.switches.save(replace(known, cdr_secret_hash=_hash(secret)))


def switch_of_secret(store: DispatchStore, *, secret: str) -> Switch:
    """Return the switch that has this secret; raises ``NotFound``."""
    hashed = _hash(secret)
    with store.reading() as tx:
        found = [one for one in tx.switches.all() if hmac.compare_digest(one.cdr_secret_hash or "", hashed)]
    if not found:
        raise NotFound("no switch has this secret")
    return found[0]


def take_cdr(
    store: DispatchStore,
    body: bytes,
    *,
    switch: Switch,
    cdr_format: CdrFormat,
    now: DateTime,
    new_id: Callable[[], UUID],
) -> bool:
    """Store a CDR, whether or not its call is known; return False for a channel that is no call of ours.

    Raises ``Invalid`` when the body is no CDR.
    """
    found = cdr_format.read(body)
    is_news = switch.cdr_heard_at is None or not switch.cdr_heard_at <= now < switch.cdr_heard_at + CDR_HEARD_EVERY
    if found is None and not is_news:
        return False
    with store.transaction() as tx:
        if found is not None:
            tx.posted_cdrs.add([_posted(found, switch=switch.name, now=now, new_id=new_id)])
        if is_news:
            _note_heard(tx, switch.name, now=now)
    return found is not None


def hand_in_cdr(
    store: DispatchStore, body: bytes, *, cdr_format: CdrFormat, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """Store a CDR that an operator hands in: nobody knows which switch wrote it, and its call says so anyway.

    Raises ``Invalid`` when the body is no CDR.
    """
    found = cdr_format.read(body)
    if found is not None:
        with store.transaction() as tx:
            tx.posted_cdrs.add([_posted(found, switch="", now=now, new_id=new_id)])


def _posted(found: tuple[CallId, Facts], *, switch: str, now: DateTime, new_id: Callable[[], UUID]) -> PostedCdr:
    call_id, facts = found
    return PostedCdr(id=PostedCdrId(new_id()), switch=switch, call_id=call_id, facts=facts, received_at=now)


def _note_heard(tx: DispatchTransaction, name: str, *, now: DateTime) -> None:
    known = tx.switches.lock(name)
    if known is not None:
        tx.switches.save(replace(known, cdr_heard_at=now))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
