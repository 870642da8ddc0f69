"""Create and change templates."""

from collections.abc import Mapping
from dataclasses import replace

from pendulum import DateTime

from worker.domain.errors import InvalidFields
from worker.domain.ids import TemplateId
from worker.domain.json_value import Json
from worker.domain.stale_copy import NO_COPY, ReadCopy, changed_after, check_copy
from worker.domain.template import faults_of, template_of
from worker.ports.records.entities import TemplateRecord, Tenant
from worker.ports.records.store import RecordStore
from worker.usecases.records.keep_audio import check_audio


def create_template(store: RecordStore, template: TemplateRecord, *, tenant: Tenant, is_spoken: bool) -> None:
    """Add a template; raises ``InvalidFields`` when it can be played for nobody.

    ``is_spoken``: voice processes play it, so that the sounds that it names must be the tenant's.
    """
    _check(template)
    with store.transaction() as tx:
        if is_spoken:
            tx.tenants.lock(tenant.id)
            check_audio(tx, template_of(template.body), tenant=tenant)
        tx.templates.add(template)


def save_template(  # noqa: PLR0913 - the edit, and which copy was read
    store: RecordStore,
    *,
    tenant: Tenant,
    template_id: TemplateId,
    name: str,
    changes: Mapping[str, Json],
    now: DateTime,
    is_spoken: bool,
    copy: ReadCopy = NO_COPY,
) -> TemplateRecord:
    """Change what was sent and nothing else; each dial reads the template, so the very next one obeys.

    Raises ``InvalidFields`` when it could be played for nobody afterwards.
    """
    with store.transaction() as tx:
        tx.tenants.lock(tenant.id)
        before = tx.templates.get(tenant.id, template_id)
        check_copy(before.updated_at, copy, what="template")
        later = changed_after(before.updated_at, now=now)
        after = replace(before, name=name, body={**before.body, **changes}, updated_at=later)
        _check(after)
        if is_spoken:
            check_audio(tx, template_of(after.body), tenant=tenant)
        tx.templates.save(after)
    return after


def _check(template: TemplateRecord) -> None:
    if faults := faults_of(template.body):
        raise InvalidFields(faults)
