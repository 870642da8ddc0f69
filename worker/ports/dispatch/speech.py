"""What is needed to know that a lead can be spoken to, and how it waits when it cannot."""

from collections.abc import Collection, Mapping
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import LeadId, TemplateId
from worker.domain.json_value import Json
from worker.domain.lead import Stage


class Speech(Protocol):
    """Templates and the values of leads, as planning and dialling read them."""

    def templates(self, template_ids: Collection[TemplateId]) -> dict[TemplateId, Mapping[str, Json]]:
        """Return the templates as they are stored, without deleted ones."""

    def values(self, lead_ids: Collection[LeadId]) -> dict[LeadId, Mapping[str, Json]]:
        """Return what placeholders can name; a one-time code is ``0`` here, since it stays encrypted."""

    def wait(self, stages: Mapping[LeadId, Stage], *, until: DateTime) -> None:
        """Move claimed leads back to these stages, due at that time."""
