"""Cause tables: each carrier's own rules before the shipped ones in ``causes.csv`` (worker/CAUSES.md)."""

import csv
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, TypedDict

from sqlalchemy import Connection, select
from typing_extensions import override

from worker.domain.call import Outcome
from worker.domain.ids import CarrierId
from worker.domain.outcome import CauseRule
from worker.ports.dispatch.cause_tables import CauseTables
from worker.store.base.dialect import among
from worker.store.base.tables import carriers

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


class StoredRule(TypedDict):
    """A rule as a carrier's row holds it."""

    outcome: str
    sip_status: int | None
    q850: int | None
    cause: str | None
    counts: bool


def to_rules(stored: Sequence[StoredRule]) -> tuple[CauseRule, ...]:
    """Return the rules in a carrier's row."""
    return tuple(
        CauseRule(
            outcome=Outcome(row["outcome"]),
            sip_status=row["sip_status"],
            q850=row["q850"],
            cause=row["cause"],
            counts=row["counts"],
        )
        for row in stored
    )


def to_stored(rules: Sequence[CauseRule]) -> list[StoredRule]:
    """Return the rules as a carrier's row holds them."""
    return [
        StoredRule(
            outcome=rule.outcome.value, sip_status=rule.sip_status, q850=rule.q850, cause=rule.cause, counts=rule.counts
        )
        for rule in rules
    ]


class SqlCauseTables(CauseTables):
    """Cause tables of carriers in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def of(self, carrier_ids: Collection[CarrierId]) -> Mapping[CarrierId, Sequence[CauseRule]]:
        found = self._connection.execute(_OWN, {"carriers": list(carrier_ids)})
        return {CarrierId(row.id): (*to_rules(row.causes), *shipped_causes()) for row in found}


_OWN: Final = select(carriers.c.id, carriers.c.causes).where(among(carriers.c.id, "carriers"))
