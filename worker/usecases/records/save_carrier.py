"""Create or change a carrier, and ask for a plan at once: its limits hold for the very next dial."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, TypedDict

from pendulum import DateTime

from worker.domain.carrier import DialType, undialable_prefixes
from worker.domain.errors import InvalidFields, Problem
from worker.domain.ids import CarrierId
from worker.domain.number_format import NumberFormat
from worker.domain.outcome import CauseRule
from worker.domain.permitted import refused_fields
from worker.domain.stale_copy import NO_COPY, ReadCopy, changed_after, check_copy
from worker.domain.timing import TRUNK_LONGEST_PAUSE
from worker.domain.trunk import TRIAL_CALLS, Trunk, after_new_gateway
from worker.domain.voicemail import VoicemailDetector
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import CarrierRecord, Tenant
from worker.ports.records.store import RecordStore, RecordTransaction

NOT_GRANTED: Final = "Is not granted to this tenant"
NOT_BEFORE_A_NUMBER: Final = "Cannot be dialled before a number in this number_format"


class CarrierChanges(TypedDict, total=False):
    """What an edit changes; ``network`` and ``data`` are merged into what is stored, ``causes`` replaces it."""

    name: str
    description: str
    gateway: str
    dial_type: DialType
    concurrent_call: int
    calls_per_second: int
    number_format: NumberFormat
    longest_call_seconds: int
    voicemail_detector: VoicemailDetector
    network: Mapping[str, int]
    data: Mapping[str, str]
    causes: Sequence[CauseRule]


def create_carrier(store: RecordStore, carrier: CarrierRecord) -> None:
    """Add a carrier; raises ``InvalidFields`` when it could not dial."""
    _check(carrier)
    with store.transaction() as tx:
        tx.tenants.lock(carrier.tenant_id)
        _check_access(tx, carrier)
        tx.carriers.add(carrier)


def save_carrier(  # noqa: PLR0913 - the edit, and which copy was read
    store: RecordStore,
    *,
    queue: JobQueue,
    tenant: Tenant,
    carrier_id: CarrierId,
    changes: CarrierChanges,
    now: DateTime,
    copy: ReadCopy = NO_COPY,
) -> CarrierRecord:
    """Change what was sent and nothing else; raises ``InvalidFields`` when the carrier could not dial afterwards."""
    with store.transaction() as tx:
        tx.tenants.lock(tenant.id)
        before = tx.carriers.get(tenant.id, carrier_id)
        check_copy(before.updated_at, copy, what="carrier")
        merged: CarrierChanges = {
            **changes,
            "network": {**before.network, **changes.get("network", {})},
            "data": {**before.data, **changes.get("data", {})},
        }
        after = replace(before, **merged, updated_at=changed_after(before.updated_at, now=now))
        _check(after)
        tx.carriers.wake([carrier_id], at=now)
        _check_access(tx, after)
        tx.carriers.save(after)
        if after.gateway != before.gateway:
            tx.gateways.leave(carrier_id, gateway=before.gateway)
            _try_new_gateway(tx, carrier_id, queue=queue, now=now)
        tx.after_commit(partial(queue.plan_carrier, carrier_id))
    return after


def _try_new_gateway(tx: RecordTransaction, carrier_id: CarrierId, *, queue: JobQueue, now: DateTime) -> None:
    """Forget what is known of the old gateway's trunk; calls that waited for it are the trials of the new one."""
    if tx.trunks.of([carrier_id])[carrier_id] == Trunk():
        return
    waited = tx.calls.unsent(now=now, limit=TRIAL_CALLS, carrier_id=carrier_id, ahead=TRUNK_LONGEST_PAUSE)
    tx.trunks.save(carrier_id, after_new_gateway(tx.trunks.lock(carrier_id), now=now))
    if waited:
        tx.after_commit(partial(queue.place_calls, waited))


def _check(carrier: CarrierRecord) -> None:
    names = undialable_prefixes(carrier.data, dial_type=carrier.dial_type, number_format=carrier.number_format)
    if names:
        raise InvalidFields(tuple(Problem(name, NOT_BEFORE_A_NUMBER) for name in names))


def _check_access(tx: RecordTransaction, carrier: CarrierRecord) -> None:
    """Reject a gateway or a caller id that the tenant may not use; the words are the same whether it exists or not."""
    tx.gateways.lock(carrier.gateway)
    access = tx.gateways.access_of(carrier.tenant_id, carrier.gateway)
    if not access.is_granted:
        raise InvalidFields((Problem("gateway_uuid", NOT_GRANTED),))
    names = refused_fields(carrier.data, dial_type=carrier.dial_type, access=access)
    if names:
        raise InvalidFields(tuple(Problem(name, NOT_GRANTED) for name in names))
