"""Cause tables: the shipped rules in ``causes.csv`` (worker/CAUSES.md)."""

import csv
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from sqlalchemy import Connection
from typing_extensions import override

from worker.domain.call import Outcome
from worker.domain.ids import CarrierId
from worker.domain.outcome import CauseRule
from worker.ports.dispatch.cause_tables import CauseTables

SHIPPED: Final = "causes.csv"


@cache
def shipped_causes() -> tuple[CauseRule, ...]:
    """Return the shipped rules in the order of the file; lines that begin with ``#`` are its comments."""
    text = files("worker.store.dispatch").joinpath(SHIPPED).read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(
        CauseRule(
            outcome=Outcome(row["outcome"]),
            sip_status=int(row["sip_status"]) if row["sip_status"] else None,
            cause=row["cause"] or None,
        )
        for row in rows
    )


class SqlCauseTables(CauseTables):
    """Cause tables of carriers in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def of(self, carrier_ids: Collection[CarrierId]) -> Mapping[CarrierId, Sequence[CauseRule]]:
        return dict.fromkeys(carrier_ids, shipped_causes())
