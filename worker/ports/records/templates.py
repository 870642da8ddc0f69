"""The port for templates of what is said."""

from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import TemplateId, TenantId
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import (
    TemplateRecord,
)


class Templates(Protocol):
    """Templates that are not deleted: what autocalls play."""

    def get(self, tenant_id: TenantId, template_id: TemplateId) -> TemplateRecord:
        """Return the tenant's template; raises ``NotFound``."""

    def find(self, tenant_id: TenantId, reference: str) -> TemplateRecord:
        """Return the tenant's template of this name, otherwise of this id; raises ``NotFound``."""

    def add(self, template: TemplateRecord) -> None:
        """Add a template; raises ``Conflict`` when its name or id is taken."""

    def save(self, template: TemplateRecord) -> None:
        """Write a template; raises ``Conflict`` when its name is taken."""

    def delete(self, template_id: TemplateId, *, now: DateTime) -> None:
        """Mark a template as deleted; its name is free again, and nobody hears it any more."""

    def page(self, tenant_id: TenantId, part: Slice, *, name: str | None) -> Page[TemplateRecord]:
        """Return the tenant's templates, newest first; ``name`` limits them to one name (None: any)."""
