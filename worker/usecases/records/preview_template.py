"""Preview a template: the script that a lead, or given values, would hear."""

from collections.abc import Mapping
from dataclasses import dataclass

from worker.domain.errors import InvalidFields, Problem
from worker.domain.ids import LeadId, TemplateId
from worker.domain.json_value import Json
from worker.domain.script import Script, script_of, values_of_lead
from worker.domain.speech.pattern import Malformed
from worker.domain.template import template_of
from worker.ports.records.entities import TemplateRecord, Tenant
from worker.ports.records.store import RecordStore
from worker.usecases.records.hide_numbers import WHOLE, Sight


@dataclass(frozen=True, slots=True)
class Preview:
    """A template and what it says."""

    template: TemplateRecord
    script: Script


def preview_template(
    store: RecordStore,
    *,
    tenant: Tenant,
    template_id: TemplateId,
    lead_id: LeadId | None,
    values: Mapping[str, Json],
    seen: Sight = WHOLE,
) -> Preview:
    """Return the script for the lead; given values go before the lead's own.

    Raises ``NotFound``, and ``InvalidFields`` with each key whose value is missing or cannot be read aloud.
    """
    with store.reading() as tx:
        template = tx.templates.get(tenant.id, template_id)
        lead = None if lead_id is None else seen.spoken(tx.lead_records.get(tenant.id, lead_id))
    known: Mapping[str, Json] = {}
    if lead is not None:
        known = values_of_lead(phone=lead.phone, profile=lead.profile, additional=lead.additional)
    try:
        return Preview(template, script_of(template_of(template.body), values={**known, **values}))
    except Malformed as error:
        raise InvalidFields((Problem("template", str(error)),)) from error
