"""What a campaign's URLs are to be told, written in the transaction that makes it true, sent after the commit."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import Outcome
from worker.domain.cdr import Cdr, callback_body
from worker.domain.ids import DeliveryId
from worker.domain.retry import host_of
from worker.domain.settings import Json
from worker.ports.dispatch import Call, Delivery, Transaction
from worker.ports.messages import JobQueue

CDR: Final = "cdr"
ANSWERED: Final = "answered"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one URL about a call, with times in that zone."""

    call: Call
    cdr: Cdr
    state: str
    url: str
    zone: str


def post_notices(
    tx: Transaction, notices: Sequence[Notice], *, queue: JobQueue, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """Write the deliveries; after the commit each host's are asked to be sent."""
    if not notices:
        return
    deliveries = [_delivery(notice, new_id=new_id) for notice in notices]
    tx.deliveries.insert(deliveries, now=now)
    for host in {delivery.host for delivery in deliveries}:
        tx.after_commit(partial(queue.deliver_callbacks, host))


def cdr_so_far(call: Call, *, now: DateTime, additional: Mapping[str, Json] | None) -> Cdr:
    """Give the record of a call that has been answered and is not over; its end changes the rest."""
    return Cdr(
        call_id=call.id,
        campaign_id=call.campaign_id,
        lead_id=call.lead_id,
        run_id=call.run_id,
        attempt=call.attempt,
        phone=call.phone,
        network=call.network,
        caller_id=call.caller_id,
        outcome=Outcome.ANSWERED,
        cause="",
        sip_call_id="",
        hangup_disposition="",
        started_at=call.dialing_at or now,
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        ended_at=None,
        ref_id=call.ref_id,
        additional=additional,
    )


def _delivery(notice: Notice, *, new_id: Callable[[], UUID]) -> Delivery:
    call = notice.call
    return Delivery(
        id=DeliveryId(new_id()),
        tenant_id=call.tenant_id,
        campaign_id=call.campaign_id,
        call_id=call.id,
        state=notice.state,
        url=notice.url,
        host=host_of(notice.url),
        body=json.dumps(callback_body(notice.cdr, state=notice.state, zone=notice.zone), separators=(",", ":")),
    )
