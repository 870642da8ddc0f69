"""What the audit trail gets to know of a request: who sends it, from where, and what it names."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from fastapi import Request
from pendulum import DateTime

from worker.domain.masking import masked
from worker.ports.records.access import Caller
from worker.ports.records.audit import Act, Subject

TABLES: Final[Mapping[str, str]] = {
    "campaign_uuid": "campaigns",
    "carrier_uuid": "carriers",
    "template_uuid": "templates",
    "audio_uuid": "audio_files",
    "list_uuid": "lists",
    "lead_uuid": "leads",
}
"""The table of the row that a name in a path stands for."""
UNAUDITED: Final = frozenset({"POST /v3/autocall/import", "POST /v3/autocall/otp"})
"""Single calls, several each second: the lead and the CDR tell of them."""
_PERSONAL: Final = ("/v3/lead", "/v2/customer")
"""Paths whose bodies are a person's data."""
LONGEST_NAME: Final = 200


def is_entered(endpoint: str) -> bool:
    """Return True when changes of this endpoint, a method and a path, are entered in the trail."""
    return not endpoint.startswith("GET ") and endpoint not in UNAUDITED


def act_of(request: Request, caller: Caller, *, endpoint: str, address: str, now: DateTime) -> Act:
    """Return what the request's changes are entered as."""
    names = request.path_params
    return Act(
        at=now,
        tenant_id=caller.tenant.id,
        actor="CALLBEAT_API_TOKEN" if caller.key is None else caller.key.name,
        key_id=None if caller.key is None else caller.key.id,
        role=caller.role.value,
        address=address[:LONGEST_NAME],
        request_id=request.state.request_id,
        action=endpoint,
        subject=_subject(names),
        subject_id=" ".join(_shown(name, value) for name, value in names.items())[:LONGEST_NAME],
    )


def sent_of(body: Any, *, endpoint: str) -> Mapping[str, Any] | None:  # Any: a body of any shape, masked
    """Return a body as the trail shows it."""
    if not isinstance(body, dict):
        return None
    shown = masked(body, is_personal=any(path in endpoint for path in _PERSONAL))
    return shown if isinstance(shown, Mapping) else None


def _shown(name: str, value: object) -> str:
    shown = masked(str(value), key=name if "phone" in name else "")
    return str(shown)


def _subject(names: Mapping[str, Any]) -> Subject | None:  # Any: what paths hold
    for name, table in TABLES.items():
        if name in names:
            try:
                return Subject(table=table, id=UUID(str(names[name])))
            except ValueError:
                return None
    return None
