"""Conversations in SQL."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import Connection, Row, bindparam, func, select
from typing_extensions import override

from worker.domain.call import ON_SWITCH
from worker.domain.campaign import AUTODIALER
from worker.domain.ids import CallId
from worker.domain.json_value import Json
from worker.domain.one_time_code import code_of, with_code
from worker.domain.script import values_of_lead
from worker.domain.secret_place import SecretPlace
from worker.ports.dispatch.conversations import CallUp, Conversations
from worker.store.base.dialect import among, insert_or_ignore
from worker.store.base.sealing import Sealer
from worker.store.base.switch_tables import switches
from worker.store.base.tables import calls, campaigns, carriers, do_not_call, leads, templates

OPTED_OUT: Final = "opted out by a key"
"""The description of a number that its callee put on the do-not-call list."""

_TEMPLATE: Final = func.coalesce(calls.c.template_id, campaigns.c.template_id)
_UP: Final = (
    select(
        calls.c.id,
        calls.c.caller_id,
        calls.c.traceparent,
        switches.c.core_id,
        templates.c.body,
        leads.c.phone,
        leads.c.profile,
        leads.c.additional,
        leads.c.template_id,
        campaigns.c.enable_recording,
        campaigns.c.recording_consent,
        campaigns.c.type,
        carriers.c.voicemail_detector,
    )
    .join(leads, leads.c.id == calls.c.lead_id)
    .join(campaigns, campaigns.c.id == calls.c.campaign_id)
    .join(carriers, carriers.c.id == calls.c.carrier_id)
    .outerjoin(templates, templates.c.id == _TEMPLATE)
    .outerjoin(switches, switches.c.name == calls.c.switch)
    .where(among(calls.c.id, "calls"), calls.c.state.in_(ON_SWITCH))
)
_CALLEE: Final = select(calls.c.tenant_id, calls.c.phone).where(calls.c.id == bindparam("call"))


class SqlConversations(Conversations):
    """Conversations in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection
        self._sealer = Sealer(connection)

    @override
    def up(self, call_ids: Collection[CallId]) -> dict[CallId, CallUp]:
        found = self._connection.execute(_UP, {"calls": list(call_ids)})
        return {CallId(row.id): self._call_up(row) for row in found}

    @override
    def block_callee(self, call_id: CallId, *, now: DateTime) -> bool:
        callee = self._connection.execute(_CALLEE, {"call": call_id}).one_or_none()
        if callee is None:
            return False
        row = {"tenant_id": callee.tenant_id, "phone": callee.phone, "description": OPTED_OUT, "created_at": now}
        adding = insert_or_ignore(self._connection, do_not_call).values([row]).returning(do_not_call.c.phone)
        return self._connection.scalar(adding) is not None

    def _call_up(self, row: Row[*tuple[Any, ...]]) -> CallUp:  # Any: a row of ``_UP``
        additional, has_code = self._with_code(row.additional) if row.template_id else (row.additional, False)
        return CallUp(
            call_id=CallId(row.id),
            core_id=row.core_id or "",
            caller_id=row.caller_id,
            template=row.body,
            values=values_of_lead(phone=row.phone, profile=row.profile, additional=additional),
            consent=row.recording_consent if row.enable_recording and not row.template_id else None,
            detector=row.voicemail_detector,
            needs_agent=row.type == AUTODIALER and not row.template_id,
            traceparent=row.traceparent,
            has_code=has_code,
        )

    def _with_code(self, additional: Mapping[str, Json]) -> tuple[Mapping[str, Json], bool]:
        stored = code_of(additional)
        if not stored:
            return additional, False
        code = self._sealer.unseal(stored, place=SecretPlace.ONE_TIME_CODE)
        return with_code(additional, code), True
