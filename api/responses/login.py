"""The answers to a log-in, in the four shapes that clients of the reference know (worker/REFERENCE.md)."""

from collections.abc import Mapping
from typing import Final

from pendulum import DateTime

from worker.domain.json_value import Json
from worker.domain.role import Role, includes
from worker.ports.records.access import Caller
from worker.usecases.records.log_in import Login

_SERVED: Final[Mapping[str, Mapping[str, Role]]] = {
    "campaign": dict.fromkeys(("create", "delete", "edit"), Role.OPERATOR) | {"view": Role.READ_ONLY},
    "lead": {"create": Role.OPERATOR, "view": Role.READ_ONLY},
    "list": dict.fromkeys(("create", "edit", "upload"), Role.OPERATOR) | {"view": Role.READ_ONLY},
    "autocall": {"view": Role.READ_ONLY},
    "cdr": {"view": Role.READ_ONLY},
    "monitor": {"view": Role.READ_ONLY},
    "log": {"view": Role.ADMIN},
    "setting": {"view": Role.READ_ONLY},
}
"""Permissions of the reference that mean something here; all others are false."""
_VERBS: Final[Mapping[str, str]] = {
    "autocall": "view",
    "callback": "create edit solve view",
    "campaign": "create delete edit view",
    "cdr": "download qc view",
    "crm": "view",
    "dashboard": "view",
    "department": "create delete edit view",
    "group": "create delete edit view",
    "history": "view",
    "kpi": "create delete edit view",
    "lead": "create delete edit view",
    "list": "create delete edit upload view",
    "log": "view",
    "mail": "create delete view",
    "monitor": "view",
    "notification": "create delete export view",
    "performance": "view",
    "recording": "download listen view",
    "report": "view",
    "setting": "view",
    "social_network": "view",
    "stt": "create view",
    "ticket": "assign create delete edit view",
    "ticket_category": "create delete edit view",
    "timeline": "view",
    "user": "create delete edit view",
}
_LEVELS: Final[Mapping[Role, str]] = {Role.ADMIN: "admin", Role.OPERATOR: "manager", Role.READ_ONLY: "agent"}


def token_shape(login: Login, *, now: DateTime) -> dict[str, Json]:
    """Return the access token as `POST /v3/auth/token` does; `expired_in` counts seconds from now."""
    user = user_of(login.caller)
    return {
        "client_id": user,
        "domain_uuid": str(login.caller.tenant.id),
        "expired_in": int((login.expires_at - now).total_seconds()),
        "refresh_token": "",
        "token": login.token,
        "token_type": "Bearer",
        "user_id": user,
        "user_uuid": user,
    }


def old_token_shape(login: Login) -> dict[str, Json]:
    """Return the access token as `POST /v1/auth/token` does; `expired` is a Unix time."""
    user = user_of(login.caller)
    return {"data": {"expired": int(login.expires_at.timestamp()), "token": login.token, "user_id": user}}


def user_shape(login: Login, *, username: str, api_key: str) -> dict[str, Json]:
    """Return the short form of a log-in by name: the key comes back, for clients that exchange it next."""
    return {
        "user_uuid": user_of(login.caller),
        "domain_uuid": str(login.caller.tenant.id),
        "username": username,
        "api_key": api_key,
        "user_enabled": "true",
        "level": _LEVELS[login.caller.role],
    }


def user_with_token_shape(login: Login, *, username: str, api_key: str, now: DateTime) -> dict[str, Json]:
    """Return the long form, with the access token and with what the role allows."""
    tenant = login.caller.tenant
    domain: dict[str, Json] = {"domain_uuid": str(tenant.id), "domain_name": tenant.name, "type": "", "version": "v3"}
    blank: dict[str, Json] = dict.fromkeys(("logo", "api_url", "zalo_api_key", "google_api_key", "partner"), "")
    permissions = _permissions(login.caller.role)
    role: dict[str, Json] = {
        "id": login.caller.role.value,
        "domain_uuid": str(tenant.id),
        "role_name": login.caller.role.value,
        "role_description": "",
    }
    return {
        **user_shape(login, username=username, api_key=api_key),
        "domain_config": {**domain, **blank},
        "enable": True,
        "enable_webrtc": False,
        "last_login_date": now.isoformat(timespec="seconds"),
        "permission": {**role, "role_permission": "", **permissions},
        "privilege": {**role, "role_permission_map": None, **permissions},
        "token": token_shape(login, now=now),
    }


def user_of(caller: Caller) -> str:
    """Return what stands for the user, which Callbeat does not have: the key, or the tenant."""
    return str(caller.tenant.id if caller.key is None else caller.key.id)


def _permissions(role: Role) -> dict[str, Json]:
    allowed: dict[str, Json] = {}
    for resource, verbs in _VERBS.items():
        for verb in verbs.split():
            needed = _SERVED.get(resource, {}).get(verb)
            allowed[f"{verb}_{resource}"] = needed is not None and includes(role, needed)
    return allowed
