"""Number plans: the shipped rules from their file, each tenant's own rules and ported numbers from SQL."""

import csv
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from pendulum import DateTime
from sqlalchemy import Connection, Row, bindparam, delete, func, select, tuple_
from typing_extensions import override

from worker.domain.ids import CarrierId, TenantId
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.domain.number_plan import NumberPlan, PrefixRule, Source
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import PortedNumber
from worker.ports.records.number_plan import NumberPlans
from worker.store.base.dialect import among, insert_or_ignore
from worker.store.base.hidden_columns import forms_of
from worker.store.base.number_tables import network_prefixes, ported_numbers
from worker.store.base.tables import campaigns, leads

SHIPPED: Final = "vietnam.csv"
MANY: Final = 100
"""Numbers; for so many it is asked first whether the tenant has any ported number: most have none."""


@cache
def shipped_rules() -> tuple[PrefixRule, ...]:
    """Return the shipped rules; the file names the source of each."""
    text = files("worker.store.records").joinpath(SHIPPED).read_text(encoding="utf-8")
    return tuple(
        PrefixRule(
            prefix=row["prefix"],
            network=Network(row["network"]) if row["network"] else None,
            effective_from=date.fromisoformat(row["effective_from"]) if row["effective_from"] else None,
        )
        for row in csv.DictReader(text.splitlines())
    )


class SqlNumberPlans(NumberPlans):
    """Number plans in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def of(self, tenant_id: TenantId, phones: Collection[str] = ()) -> NumberPlan:
        asked = select(network_prefixes).where(network_prefixes.c.tenant_id == tenant_id)
        own = map(_rule, self._connection.execute(asked))
        return NumberPlan([*shipped_rules(), *own], ported=self._ported_of(tenant_id, phones))

    @override
    def save(self, tenant_id: TenantId, rules: Sequence[PrefixRule], *, now: DateTime) -> None:
        rows = [
            {
                "tenant_id": tenant_id,
                "prefix": rule.prefix,
                "network": rule.network,
                "effective_from": rule.effective_from,
                "created_at": now,
            }
            for rule in rules
        ]
        if rows:
            self.remove(tenant_id, [(rule.prefix, rule.effective_from) for rule in rules])
            self._connection.execute(insert_or_ignore(self._connection, network_prefixes).values(rows))

    @override
    def remove(self, tenant_id: TenantId, rules: Sequence[tuple[str, date | None]]) -> set[tuple[str, date]]:
        columns = network_prefixes.c
        any_day = columns.prefix.in_([prefix for prefix, day in rules if day is None])
        one_day = tuple_(columns.prefix, columns.effective_from).in_([rule for rule in rules if rule[1] is not None])
        removing = delete(network_prefixes).where(columns.tenant_id == tenant_id, any_day | one_day)
        gone = self._connection.execute(removing.returning(columns.prefix, columns.effective_from))
        return {(row.prefix, row.effective_from) for row in gone}

    @override
    def ported(self, tenant_id: TenantId, part: Slice) -> Page[PortedNumber]:
        mine = ported_numbers.c.tenant_id == tenant_id
        asked = select(ported_numbers.c.phone, ported_numbers.c.network).where(mine).order_by(ported_numbers.c.phone)
        rows = self._connection.execute(asked.limit(part.limit).offset(part.offset))
        total = self._connection.scalar(select(func.count()).select_from(ported_numbers).where(mine))
        return Page([PortedNumber(row.phone, row.network) for row in rows], total or 0)

    @override
    def port(self, tenant_id: TenantId, numbers: Mapping[str, Network], *, now: DateTime) -> None:
        rows = [{"tenant_id": tenant_id, "phone": p, "network": n, "created_at": now} for p, n in numbers.items()]
        if rows:
            self.unport(tenant_id, numbers)
            self._connection.execute(insert_or_ignore(self._connection, ported_numbers).values(rows))

    @override
    def unport(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        these = ported_numbers.c.phone.in_(list(phones))
        removing = delete(ported_numbers).where(ported_numbers.c.tenant_id == tenant_id, these)
        return set(self._connection.scalars(removing.returning(ported_numbers.c.phone)))

    @override
    def carriers_of(self, tenant_id: TenantId, phones: Collection[str]) -> set[CarrierId]:
        asked = (
            select(campaigns.c.carrier_id)
            .join(leads, leads.c.campaign_id == campaigns.c.id)
            .where(
                leads.c.tenant_id == tenant_id,
                leads.c.phone.in_(forms_of(self._connection, phones)),
                leads.c.stage != Stage.DONE,
                campaigns.c.carrier_id.is_not(None),
            )
        )
        return {CarrierId(carrier) for carrier in self._connection.scalars(asked.distinct())}

    def _ported_of(self, tenant_id: TenantId, phones: Collection[str]) -> dict[str, Network]:
        if not phones:
            return {}
        if len(phones) >= MANY and self._connection.scalar(_ANY_PORTED, {"tenant": tenant_id}) is None:
            return {}
        found = self._connection.execute(_PORTED, {"tenant": tenant_id, "phones": list(phones)})
        return {row.phone: row.network for row in found}


_ANY_PORTED: Final = select(ported_numbers.c.phone).where(ported_numbers.c.tenant_id == bindparam("tenant")).limit(1)
_PORTED: Final = select(ported_numbers.c.phone, ported_numbers.c.network).where(
    ported_numbers.c.tenant_id == bindparam("tenant"), among(ported_numbers.c.phone, "phones")
)


def _rule(row: Row[tuple[object, ...]]) -> PrefixRule:
    return PrefixRule(row.prefix, row.network, row.effective_from, Source.TENANT)
