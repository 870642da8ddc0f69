"""Find leads that their template cannot be read to: it was changed, or exchanged, after they were imported."""

from collections.abc import Mapping
from typing import Final, Protocol

from pendulum import Duration

from worker.domain.ids import LeadId, TemplateId
from worker.domain.script import why_not_spoken
from worker.domain.template import reads_values, template_of
from worker.ports.dispatch.speech import Speech

LOOKED_AT_AGAIN: Final = Duration(minutes=5)
"""A lead that cannot be spoken to waits so long: an operator who mends the template sees it called soon enough."""


class _Transaction(Protocol):
    @property
    def speech(self) -> Speech: ...


def unspoken_leads(tx: _Transaction, asked: Mapping[LeadId, TemplateId | None]) -> set[LeadId]:
    """Return those of the leads whose values their template lacks, or whose template is deleted.

    A lead without a template hears nothing of ours.

    Templates without placeholders cost one read for all leads.
    """
    bodies = tx.speech.templates({template_id for template_id in asked.values() if template_id is not None})
    templates = {template_id: template_of(body) for template_id, body in bodies.items()}
    silent = {lead for lead, wanted in asked.items() if wanted is not None and wanted not in templates}
    reading = {lead: templates[wanted] for lead, wanted in asked.items() if wanted in templates}
    reading = {lead: template for lead, template in reading.items() if reads_values(template)}
    values = tx.speech.values(reading)
    return silent | {lead for lead in values if why_not_spoken(reading[lead], values=values[lead])}
