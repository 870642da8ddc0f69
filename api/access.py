"""Who may use which endpoint: one table, over which a test walks with every role.

A new endpoint needs a line here; without one its module cannot be imported.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from worker.domain.errors import Forbidden
from worker.domain.role import Role, includes
from worker.ports.records.access import Caller


class Credential(StrEnum):
    """What an endpoint asks for instead of a role."""

    NOTHING = "nothing"
    KEY_IN_BODY = "an API key in the body"
    SWITCH = "a switch's secret"
    INSTALLATION = "the token of CALLBEAT_API_TOKEN"


Access: TypeAlias = Role | Credential

NOT_AN_OPERATOR: Final = "Only an operator may do this: use the token of CALLBEAT_API_TOKEN, or the command line"

_READ: Final = Role.READ_ONLY
_WORK: Final = Role.OPERATOR
_RULE: Final = Role.ADMIN
_OWN: Final = Credential.INSTALLATION

ACCESS: Final[Mapping[str, Access]] = {
    "POST /v3/auth/token": Credential.KEY_IN_BODY,
    "POST /v1/auth/token": Credential.KEY_IN_BODY,
    "POST /v3/auth": Credential.KEY_IN_BODY,
    "POST /v1/auth": Credential.KEY_IN_BODY,
    "GET /v3/token": _RULE,
    "POST /v3/token": _RULE,
    "DELETE /v3/token/{token_uuid}": _RULE,
    "POST /v3/token/{token_uuid}/rotate": _RULE,
    "GET /v3/audit": _RULE,
    "GET /v3/campaign": _READ,
    "POST /v3/campaign": _WORK,
    "GET /v3/campaign/{campaign_uuid}": _READ,
    "PUT /v3/campaign/{campaign_uuid}": _WORK,
    "DELETE /v3/campaign/{campaign_uuid}": _WORK,
    "PATCH /v3/campaign/{campaign_uuid}/active": _WORK,
    "POST /v3/campaign/{campaign_uuid}/run/start": _WORK,
    "POST /v1/campaign/{campaign_uuid}/run/start": _WORK,
    "POST /v3/campaign/{campaign_uuid}/run/pause": _WORK,
    "POST /v1/campaign/{campaign_uuid}/run/pause": _WORK,
    "POST /v3/campaign/{campaign_uuid}/run/stop": _WORK,
    "POST /v1/campaign/{campaign_uuid}/run/stop": _WORK,
    "GET /v3/campaign/{campaign_uuid}/monitor": _READ,
    "GET /v3/campaign/{campaign_uuid}/why": _READ,
    "PUT /v3/campaign/{campaign_uuid}/assign_extension": _WORK,
    "GET /v3/agent/live": _READ,
    "GET /v3/agent/extension": _READ,
    "GET /v3/agent/{user_uuid}": _READ,
    "POST /v3/agent/login": _WORK,
    "POST /v3/agent/resume": _WORK,
    "POST /v3/agent/pause": _WORK,
    "POST /v3/agent/logout": _WORK,
    "GET /v2/report/agent/time": _READ,
    # Who may be an agent decides to whom callees are connected.
    "GET /v3/user": _READ,
    "POST /v3/user": _RULE,
    "GET /v3/user/{user_uuid}": _READ,
    "GET /v3/group": _READ,
    "POST /v3/group": _RULE,
    "GET /v3/group/{group_uuid}": _READ,
    "PUT /v3/group/{group_uuid}": _RULE,
    "DELETE /v3/group/{group_uuid}": _RULE,
    "GET /v3/extension": _READ,
    "POST /v3/extension": _RULE,
    "GET /v3/extension/{extension_uuid}": _READ,
    "GET /v3/extension/{extension_uuid}/loggedin": _READ,
    "PUT /v3/extension/{extension_uuid}": _RULE,
    "DELETE /v3/extension/{extension_uuid}": _RULE,
    # A carrier decides what calls cost, and which number the callee sees.
    "GET /v3/carrier": _READ,
    "POST /v3/carrier": _RULE,
    "GET /v3/carrier/{carrier_uuid}": _READ,
    "PUT /v3/carrier/{carrier_uuid}": _RULE,
    "DELETE /v3/carrier/{carrier_uuid}": _RULE,
    "GET /v3/gateway": _READ,
    "GET /v3/template": _READ,
    "POST /v3/template": _WORK,
    "POST /v3/template/preview": _READ,
    "GET /v3/template/{template_uuid}": _READ,
    "PUT /v3/template/{template_uuid}": _WORK,
    "DELETE /v3/template/{template_uuid}": _WORK,
    "GET /v3/audio": _READ,
    "POST /v3/audio": _WORK,
    "GET /v3/audio/{audio_uuid}": _READ,
    "DELETE /v3/audio/{audio_uuid}": _WORK,
    "GET /v3/list": _READ,
    "POST /v3/list": _WORK,
    "GET /v3/list/{list_uuid}": _READ,
    "PATCH /v3/list/{list_uuid}/active": _WORK,
    "PUT /v3/list/{list_uuid}": _WORK,
    "DELETE /v3/list/{list_uuid}": _WORK,
    "POST /v3/list/{list_uuid}/refresh": _WORK,
    "GET /v3/lead": _READ,
    "GET /v3/lead/export": _READ,
    "POST /v3/lead": _WORK,
    "POST /v3/lead/multi": _WORK,
    "POST /v3/lead/file": _WORK,
    "GET /v3/lead/{lead_uuid}": _READ,
    "PUT /v3/lead/{lead_uuid}": _WORK,
    "DELETE /v3/lead/{lead_uuid}": _WORK,
    "GET /v3/lead/{lead_uuid}/why": _READ,
    "POST /v3/autocall/import": _WORK,
    "POST /v3/autocall/otp": _WORK,
    "GET /v3/autocall/log/{ref_id}/ref_id": _READ,
    "GET /v3/cdr": _READ,
    "GET /v3/cdr/export": _READ,
    "GET /v3/cdr/{reference}": _READ,
    "GET /v3/report/call/campaign": _READ,
    "GET /v3/report/call/campaign/{campaign_uuid}": _READ,
    "GET /v3/report/call/chart": _READ,
    "GET /v3/report/call/lead": _READ,
    "GET /v3/report/subscription": _RULE,
    "POST /v3/report/subscription": _RULE,
    "DELETE /v3/report/subscription/{report_subscription_id}": _RULE,
    "GET /v3/monitor": _READ,
    # What a callee said needs more than the list of calls.
    "GET /v3/recording/{recording}": _WORK,
    "GET /v1/campaign": _READ,
    "POST /v1/campaign": _WORK,
    "GET /v1/campaign/{campaign_uuid}": _READ,
    "GET /v1/cdr": _READ,
    "GET /v1/cdr/{reference}": _READ,
    "POST /v1/autodial/campaign": _WORK,
    "POST /v2/customer": _WORK,
    "GET /v2/customer": _READ,
    "GET /v2/customer/{customer_id}": _READ,
    "GET /v3/callback": _READ,
    "GET /v3/callback/url": _READ,
    "POST /v3/callback/url/enable": _WORK,
    "POST /v3/callback/replay": _WORK,
    "GET /v3/callback/{callback_id}": _READ,
    "POST /v3/callback/{callback_id}/replay": _WORK,
    # A subscription decides where numbers and results go.
    "GET /v1/event": _RULE,
    "POST /v1/event": _RULE,
    "DELETE /v1/event/{subscription_id}": _RULE,
    "GET /v1/blacklist": _READ,
    "POST /v1/blacklist": _WORK,
    "DELETE /v1/blacklist": _WORK,
    "POST /v1/blacklist/file": _WORK,
    "GET /v1/blacklist/{id_or_phone}": _READ,
    "GET /v3/import": _READ,
    "GET /v3/import/{import_uuid}": _READ,
    "GET /v3/import/{import_uuid}/report": _READ,
    "DELETE /v3/import/{import_uuid}": _WORK,
    "POST /v3/erasure": _RULE,
    "GET /v3/network/prefix": _READ,
    "PUT /v3/network/prefix": _RULE,
    "DELETE /v3/network/prefix": _RULE,
    "GET /v3/network/ported": _READ,
    "POST /v3/network/ported": _RULE,
    "DELETE /v3/network/ported": _RULE,
    "GET /v3/network/{phone_number}": _READ,
    "GET /v3/tenant": _READ,
    "GET /v3/tenant/retention": _READ,
    "PUT /v3/tenant/retention": _RULE,
    "GET /v3/operator/gateway": _OWN,
    "POST /v3/operator/gateway": _OWN,
    "GET /v3/operator/gateway/{gateway_uuid}": _OWN,
    "PUT /v3/operator/gateway/{gateway_uuid}": _OWN,
    "DELETE /v3/operator/gateway/{gateway_uuid}": _OWN,
    "PUT /v3/operator/gateway/{gateway_uuid}/grant": _OWN,
    "DELETE /v3/operator/gateway/{gateway_uuid}/grant/{tenant}": _OWN,
    "GET /v3/operator/tenant/{tenant}": _OWN,
    "PUT /v3/operator/tenant/{tenant}": _OWN,
    "GET /v3/switch": _OWN,
    "PUT /v3/switch": _OWN,
    "POST /v3/switch/cdr": Credential.SWITCH,
    "GET /metrics": Credential.NOTHING,
    "GET /health/live": Credential.NOTHING,
    "GET /health/ready": Credential.NOTHING,
    "GET /health/dialling": Credential.NOTHING,
}
"""What each endpoint needs, by method and path."""


def needed_for(method: str, path: str) -> Access:
    """Return what an endpoint needs; raises ``LookupError`` when the table has no line for it."""
    needed = ACCESS.get(f"{method} {path}")
    if needed is None:
        raise LookupError(f"{method} {path} has no line in api/access.py")
    return needed


def check_access(caller: Caller, needed: Access) -> None:
    """Raise ``Forbidden`` when the caller may not use an endpoint that needs this."""
    match needed:
        case Role():
            if not includes(caller.role, needed):
                raise Forbidden(f"this needs the role {needed}, and the key has the role {caller.role}")
        case Credential.INSTALLATION if not caller.is_installation:
            raise Forbidden(NOT_AN_OPERATOR)
        case _:
            pass
