"""Carriers as operators write and read them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import Connection, Row, RowMapping, Select, delete, func, insert, select, update
from typing_extensions import override

from worker.domain.errors import NotFound
from worker.domain.ids import CarrierId, TenantId
from worker.domain.network import Network
from worker.domain.voicemail import VoicemailDetector
from worker.ports.paging import Page, Slice
from worker.ports.records.carriers import Carriers
from worker.ports.records.entities import CarrierRecord, GatewayDemand
from worker.store.base.dialect import conflicts_named, deleted_name
from worker.store.base.tables import LIVE_ROWS, calls, carriers, trunks
from worker.store.dispatch.cause_tables import to_rules, to_stored
from worker.store.dispatch.trunks import SqlTrunks

NAME_TAKEN = "carrier_name is exists"
ID_TAKEN = "carrier_uuid is exists"
_COLUMNS = [column for name, column in carriers.c.items() if name in CarrierRecord.__dataclass_fields__]


class SqlCarriers(Carriers):
    """Carriers in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def get(self, tenant_id: TenantId, carrier_id: CarrierId) -> CarrierRecord:
        asked = _of_tenant(tenant_id).where(carriers.c.id == carrier_id)
        row = self._connection.execute(asked).mappings().one_or_none()
        if row is None:
            raise NotFound("Not Found")
        return self._with_live([row])[0]

    @override
    def only_one(self, tenant_id: TenantId) -> CarrierId | None:
        found = self._connection.scalars(_ids_of(tenant_id).limit(2)).all()
        return CarrierId(found[0]) if len(found) == 1 else None

    @override
    def all_of(self, tenant_id: TenantId) -> set[CarrierId]:
        return {CarrierId(carrier) for carrier in self._connection.scalars(_ids_of(tenant_id))}

    @override
    def add(self, carrier: CarrierRecord) -> None:
        with conflicts_named(name=NAME_TAKEN, id=ID_TAKEN):
            self._connection.execute(insert(carriers).values(_to_row(carrier)))

    @override
    def save(self, carrier: CarrierRecord) -> None:
        row = {name: value for name, value in _to_row(carrier).items() if name not in {"id", "tenant_id", "created_at"}}
        with conflicts_named(name=NAME_TAKEN, id=ID_TAKEN):
            self._connection.execute(update(carriers).where(carriers.c.id == carrier.id).values(row))

    @override
    def delete(self, carrier_id: CarrierId, *, now: DateTime) -> None:
        gone = update(carriers).where(carriers.c.id == carrier_id)
        freed = deleted_name(carriers.c.name, carrier_id)
        self._connection.execute(gone.values(deleted_at=now, name=freed, next_plan_at=None, gateway_waits_since=None))
        self._connection.execute(delete(trunks).where(trunks.c.carrier_id == carrier_id))

    @override
    def wake(self, carrier_ids: Collection[CarrierId], *, at: DateTime) -> None:
        if not carrier_ids:
            return
        these = carriers.c.id.in_(sorted(carrier_ids))
        self._connection.execute(
            select(carriers.c.id).where(these).order_by(carriers.c.id).with_for_update(key_share=True)
        )
        self._connection.execute(update(carriers).where(these).values(next_plan_at=at))

    @override
    def page(self, tenant_id: TenantId, part: Slice) -> Page[CarrierRecord]:
        wanted = _of_tenant(tenant_id)
        newest = wanted.order_by(carriers.c.created_at.desc(), carriers.c.id.desc())
        rows = self._connection.execute(newest.limit(part.limit).offset(part.offset)).mappings().all()
        total = self._connection.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True))
        return Page(self._with_live(rows), total or 0)

    @override
    def by_gateway(self) -> list[GatewayDemand]:
        names = ("gateway", "name", "concurrent_call", "calls_per_second", "voicemail_detector")
        asked = select(*(carriers.c[name] for name in names))
        present = asked.where(carriers.c.deleted_at.is_(None))
        rows = self._connection.execute(present.order_by(carriers.c.gateway, carriers.c.name)).all()
        return [_demand(gateway, list(group)) for gateway, group in groupby(rows, key=lambda row: row.gateway)]

    def _with_live(self, rows: Iterable[RowMapping]) -> list[CarrierRecord]:
        found = [CarrierRecord(**{**row, "causes": to_rules(row["causes"])}) for row in rows]
        live: defaultdict[CarrierId, dict[Network, int]] = defaultdict(dict)
        counted = (
            select(calls.c.carrier_id, calls.c.network, func.count().label("taken"))
            .where(calls.c.carrier_id.in_([carrier.id for carrier in found]), LIVE_ROWS)
            .group_by(calls.c.carrier_id, calls.c.network)
        )
        for row in self._connection.execute(counted):
            live[CarrierId(row.carrier_id)][row.network] = row.taken
        known = SqlTrunks(self._connection).of([carrier.id for carrier in found])
        return [replace(carrier, live=live[carrier.id], trunk=known[carrier.id]) for carrier in found]


def _of_tenant(tenant_id: TenantId) -> Select[*tuple[object, ...]]:
    return select(*_COLUMNS).where(carriers.c.tenant_id == tenant_id, carriers.c.deleted_at.is_(None))


def _ids_of(tenant_id: TenantId) -> Select[UUID]:
    return select(carriers.c.id).where(carriers.c.tenant_id == tenant_id, carriers.c.deleted_at.is_(None))


def _demand(gateway: str, rows: list[Row[Any]]) -> GatewayDemand:  # Any: columns of several types
    return GatewayDemand(
        gateway=gateway,
        carriers=tuple(row.name for row in rows),
        channels=sum(row.concurrent_call for row in rows),
        calls_per_second=sum(row.calls_per_second for row in rows),
        is_unlimited=any(row.calls_per_second == 0 for row in rows),
        starts_avmd=any(row.voicemail_detector is VoicemailDetector.AVMD for row in rows),
    )


def _to_row(carrier: CarrierRecord) -> dict[str, object]:
    row = {column.name: getattr(carrier, column.name) for column in _COLUMNS}
    return {**row, "causes": to_stored(carrier.causes)}
