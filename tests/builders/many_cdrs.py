"""Many ended calls of every kind, as dispatching would have left them."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import insert

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, list_of
from worker.domain.call import CallState, Outcome
from worker.domain.ids import RunId
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.store.base.tables import calls
from worker.store.transaction import SqlStore

RUNS: Final = tuple(RunId(UUID(int=0x500 + number)) for number in range(3))
HOTLINES: Final = ("02873000001", "02873000002")
OUTCOMES: Final = (Outcome.ANSWERED, Outcome.NO_ANSWERED, Outcome.BUSY)
RARE: Final = Outcome.VOICEMAIL
TOGETHER: Final = 2_000


def phone_of(number: int) -> str:
    """Return the number of a callee: of every fortieth call."""
    return f"09810{number % 40:05}"


def call_rows(
    count: int, *, leads: list[UUID], first_at: DateTime = NOON
) -> Iterator[dict[str, Any]]:  # Any: a column's value
    """Yield calls, two of which begin at each second; ids do not ascend with the start."""
    for number in range(count):
        at = first_at.add(seconds=number // 2)
        answered = number % 3 == 0
        yield {
            "id": UUID(int=0xC000_0000 + (number * 7919) % 1_000_003), "tenant_id": TENANT, "campaign_id": CAMPAIGN,
            "carrier_id": CARRIER, "list_id": list_of(CAMPAIGN), "lead_id": leads[number % len(leads)],
            "run_id": RUNS[number % 3], "revision": 1, "attempt": 1, "stage_before": Stage.NEW,
            "phone": phone_of(number), "network": Network.VIETTEL,
            "ref_id": "" if number % 50 else f"order-{number}",
            "state": CallState.ENDED, "queued_at": at, "resend_at": at, "refusals": 0, "switch": "s1",
            "caller_id": HOTLINES[number % 2], "started_at": at, "ringing_at": at.add(seconds=3),
            "answered_at": at.add(seconds=5) if answered else None, "ended_at": at.add(seconds=30 + number % 7),
            "outcome": RARE if number == 1 else OUTCOMES[number % 3], "cause": "NORMAL_CLEARING",
            "last_key": "1" if number % 30 == 0 else None, "sip_call_id": f"sip-{number}",
            "hangup_disposition": "recv_bye",
        }  # fmt: skip


def store_many_cdrs(store: SqlStore, count: int, *, leads: list[UUID]) -> None:
    """Store so many ended calls."""
    rows = list(call_rows(count, leads=leads))
    for start in range(0, count, TOGETHER):
        with store.transaction() as tx:
            tx.connection.execute(insert(calls), rows[start : start + TOGETHER])
