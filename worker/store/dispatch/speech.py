"""Templates and values of leads in SQL, read for many leads at once."""

from collections.abc import Collection, Mapping
from typing import Final

from pendulum import DateTime
from sqlalchemy import Connection, bindparam, select, update
from typing_extensions import override

from worker.domain.ids import LeadId, TemplateId
from worker.domain.json_value import Json
from worker.domain.lead import Stage
from worker.domain.one_time_code import code_of, with_code
from worker.domain.script import values_of_lead
from worker.ports.dispatch.speech import Speech
from worker.store.base.dialect import among
from worker.store.base.tables import leads, templates

_TEMPLATES: Final = select(templates.c.id, templates.c.body).where(
    among(templates.c.id, "templates"), templates.c.deleted_at.is_(None)
)
_VALUES: Final = select(
    leads.c.id, leads.c.phone, leads.c.profile, leads.c.additional, leads.c.template_id, leads.c.ref_id
).where(among(leads.c.id, "leads"))
_WAIT: Final = (
    update(leads)
    .where(leads.c.id == bindparam("lead"), leads.c.stage == Stage.CALLING)
    .values(stage=bindparam("back_to", type_=leads.c.stage.type), due_at=bindparam("until"))
)
_SOME_CODE: Final = "0"


class SqlSpeech(Speech):
    """Speech in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def templates(self, template_ids: Collection[TemplateId]) -> dict[TemplateId, Mapping[str, Json]]:
        if not template_ids:
            return {}
        found = self._connection.execute(_TEMPLATES, {"templates": list(template_ids)})
        return {TemplateId(row.id): row.body for row in found}

    @override
    def values(self, lead_ids: Collection[LeadId]) -> dict[LeadId, Mapping[str, Json]]:
        if not lead_ids:
            return {}
        found = self._connection.execute(_VALUES, {"leads": list(lead_ids)})
        return {
            LeadId(row.id): values_of_lead(
                phone=row.phone,
                profile=row.profile,
                additional=_without_secret(row.additional) if row.template_id else row.additional,
            )
            for row in found
        }

    @override
    def wait(self, stages: Mapping[LeadId, Stage], *, until: DateTime) -> None:
        if stages:
            rows = [{"lead": lead, "back_to": stage, "until": until} for lead, stage in sorted(stages.items())]
            self._connection.execute(_WAIT, rows)


def _without_secret(additional: Mapping[str, Json]) -> Mapping[str, Json]:
    return with_code(additional, _SOME_CODE) if code_of(additional) else additional
