"""What ended calls add to the reports, written in the transactions that end them or change their ends."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from worker.domain.call import CallState, Outcome
from worker.domain.ids import RunId
from worker.domain.network import Network
from worker.domain.tally import CallTimes, Tally, as_text, from_text, tally_of
from worker.ports.dispatch.call_rows import Ended
from worker.store.base.dialect import among
from worker.store.base.report_tables import tally_changes
from worker.store.base.tables import UNCOUNTED_ROWS, calls

NO_RUN: Final = RunId(UUID(int=0))
"""Stands for "no run" in the reports' tables, whose key must not be null."""


class Home(NamedTuple):
    """Whose call it is; ids are written as 32 hexadecimal digits."""

    tenant_id: str
    campaign_id: str
    list_id: str
    run_id: str
    network: Network


class _Change(NamedTuple):
    home: Home
    tally: Tally
    sign: int


def tally_of_end(ended: Ended) -> Tally:
    """Return what a call that ends now adds to the reports."""
    event, pressed = ended.event, ended.call.pressed
    return tally_of(
        CallTimes(event.started_at, event.answered_at, event.ended_at, event.duration, event.billsec),
        outcome=ended.outcome,
        cause=event.cause,
        key=pressed[-1].digit if pressed else None,
        is_assumed=event.is_assumed,
    )


def count_ends(connection: Connection, ended: Sequence[tuple[Ended, Tally]]) -> None:
    """Add calls that end in this transaction, whose rows get the same tallies."""
    _write(connection, [_Change(_home_of(one.call), tally, 1) for one, tally in ended])


def count_again(connection: Connection, call_ids: Collection[UUID]) -> int:
    """Make reports agree with the rows of these locked calls, as this transaction has left them; return the changed.

    What a row added before stands in it, so that exactly that is taken back. Calls that have not ended are left out.
    """
    rows = connection.execute(_ROWS, {"calls": list(call_ids)}).all()
    changes, written = list[_Change](), list[dict[str, object]]()
    for row in rows:
        tally = _tally_of_row(row)
        text = as_text(tally)
        if text == row.tally:
            continue
        home = _home_of(row)
        changes += [] if row.tally is None else [_Change(home, from_text(row.tally), -1)]
        changes.append(_Change(home, tally, 1))
        written.append({"call": row.id, "new_tally": text})
    if written:
        connection.execute(_NOTE, written)
        _write(connection, changes)
    return len(written)


def count_old_ends(connection: Connection, *, limit: int) -> int:
    """Add calls that an earlier release ended or changed, except those that are locked; return how many."""
    asked = select(calls.c.id).where(UNCOUNTED_ROWS).order_by(calls.c.tenant_id, calls.c.id).limit(limit)
    ids = connection.scalars(asked.with_for_update(key_share=True, skip_locked=True)).all()
    return count_again(connection, ids) if ids else 0


_READ: Final = (
    *(calls.c[name] for name in ("id", "tenant_id", "campaign_id", "list_id", "run_id", "network", "tally")),
    *(calls.c[name] for name in ("outcome", "cause", "last_key", "answered_at", "ended_at", "assumed_at")),
    *(calls.c.switch_duration, calls.c.switch_billsec),
    func.coalesce(calls.c.started_at, calls.c.ended_at, calls.c.queued_at, type_=calls.c.started_at.type).label(
        "started_at"
    ),
)
_ROWS: Final = select(*_READ).where(among(calls.c.id, "calls"), calls.c.state == CallState.ENDED).order_by(calls.c.id)
_NOTE: Final = update(calls).where(calls.c.id == bindparam("call")).values(tally=bindparam("new_tally"))
_INSERT: Final = insert(tally_changes)


def _tally_of_row(row: Row[Any]) -> Tally:  # Any: the read columns
    return tally_of(
        CallTimes(row.started_at, row.answered_at, row.ended_at, row.switch_duration, row.switch_billsec),
        outcome=row.outcome or Outcome.FAILED,
        cause=row.cause,
        key=row.last_key,
        is_assumed=row.assumed_at is not None,
    )


def _home_of(call: Any) -> Home:  # Any: a call, or a row of one
    run_id = call.run_id or NO_RUN
    return Home(call.tenant_id.hex, call.campaign_id.hex, call.list_id.hex, run_id.hex, call.network)


def _write(connection: Connection, changes: Iterable[_Change]) -> None:
    """Insert what the changes come to, in one row, which costs a third of a row for each sum."""
    sums: defaultdict[tuple[str | int, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for home, tally, sign in changes:
        total = sums[(*home, tally.quarter, tally.outcome, tally.cause, tally.key, tally.talk_time)]
        total[0] += sign
        total[1] += sign * tally.duration
        total[2] += sign * tally.billsec
    rows = [(*same, *total) for same, total in sums.items() if any(total)]
    if rows:
        connection.execute(_INSERT, {"changes": json.dumps(rows, separators=(",", ":"))})
