"""Templates: what an autocall plays."""

import unicodedata
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import Connection, Select, func, insert, or_, select, update
from typing_extensions import override

from worker.domain.errors import NotFound
from worker.domain.ids import TemplateId, TenantId
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import TemplateRecord
from worker.ports.records.templates import Templates
from worker.store.base.dialect import conflicts_named, deleted_name
from worker.store.base.tables import templates

NAME_TAKEN = "template is existed!"
ID_TAKEN = "template_uuid is existed!"
_COLUMNS = [templates.c[name] for name in TemplateRecord.__dataclass_fields__]


class SqlTemplates(Templates):
    """Templates in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def get(self, tenant_id: TenantId, template_id: TemplateId) -> TemplateRecord:
        return self._one(_of_tenant(tenant_id).where(templates.c.id == template_id))

    @override
    def find(self, tenant_id: TenantId, reference: str) -> TemplateRecord:
        named = templates.c.name.in_(_forms(reference))
        try:
            wanted = or_(named, templates.c.id == UUID(reference))
        except ValueError:
            wanted = named
        return self._one(_of_tenant(tenant_id).where(wanted).order_by(named.desc()).limit(1))

    @override
    def add(self, template: TemplateRecord) -> None:
        row = {column.name: getattr(template, column.name) for column in _COLUMNS}
        with conflicts_named(name=NAME_TAKEN, id=ID_TAKEN):
            self._connection.execute(insert(templates).values(row))

    @override
    def save(self, template: TemplateRecord) -> None:
        row = {"name": template.name, "body": template.body, "updated_at": template.updated_at}
        with conflicts_named(name=NAME_TAKEN):
            self._connection.execute(update(templates).where(templates.c.id == template.id).values(row))

    @override
    def delete(self, template_id: TemplateId, *, now: DateTime) -> None:
        gone = update(templates).where(templates.c.id == template_id)
        self._connection.execute(gone.values(deleted_at=now, name=deleted_name(templates.c.name, template_id)))

    @override
    def page(self, tenant_id: TenantId, part: Slice, *, name: str | None) -> Page[TemplateRecord]:
        wanted = (
            _of_tenant(tenant_id) if name is None else _of_tenant(tenant_id).where(templates.c.name.in_(_forms(name)))
        )
        newest = wanted.order_by(templates.c.created_at.desc(), templates.c.id.desc())
        rows = self._connection.execute(newest.limit(part.limit).offset(part.offset)).mappings()
        total = self._connection.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True))
        return Page([TemplateRecord(**row) for row in rows], total or 0)

    def _one(self, asked: Select[*tuple[object, ...]]) -> TemplateRecord:
        row = self._connection.execute(asked).mappings().one_or_none()
        if row is None:
            raise NotFound("template not found")
        return TemplateRecord(**row)


def _of_tenant(tenant_id: TenantId) -> Select[*tuple[object, ...]]:
    return select(*_COLUMNS).where(templates.c.tenant_id == tenant_id, templates.c.deleted_at.is_(None))


def _forms(name: str) -> list[str]:
    """Return the forms in which a name may be stored: earlier releases took accents as characters of their own."""
    return [name, unicodedata.normalize("NFD", name)]
