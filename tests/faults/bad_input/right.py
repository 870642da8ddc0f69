"""Requests that are right, of which nonsense is made: every endpoint, and what it reads."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.builders.audio import a_file
from tests.builders.documented_put import seed_body

PHONE = "0341234567"


@dataclass(frozen=True)
class Right:
    """A request that makes sense; names in braces stand for things that there are."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    query: tuple[str, ...] = field(default=(), kw_only=True)

    def filled(self, known: Mapping[str, str]) -> "Right":
        """Give it for things that there are."""
        body = None if self.body is None else {name: _filled(value, known) for name, value in self.body.items()}
        return Right(self.method, self.path.format(**known), body, query=self.query)


def _filled(value: Any, known: Mapping[str, str]) -> Any:  # Any: whatever JSON holds
    return known[value[1:-1]] if isinstance(value, str) and value[:1] == "{" else value


PAGES = ("limit", "offset")
CAMPAIGN = "/v3/campaign/{campaign_uuid}"
TO_ADD = {"campaign_name": "another", "type": "autocall", "recall_status": ["busy"], "schedules": [], "users": []}
CARRIER = {
    "carrier_name": "another",
    "gateway_uuid": "6f1c1f0e-1111-4222-8333-444455556666",
    "dial_type": "sip_one_for_all",
    "caller_id": "02873003586",
    "prefix_viettel": "1",
    "concurrent_call": 3,
    "calls_per_second": 2,
    "number_format": "+e164",
    "longest_call_seconds": 600,
    "network": {"viettel": 1},
    "data": {"caller_id": "02873003586", "causes": [{"sip_status": 403, "outcome": "congestion", "counts": False}]},
}
SOUND = {"enable": True, "voice_type": "tts", "content": "Bye", "audio_file": ""}
TEMPLATE = {
    "template_uuid": "",
    "template_name": "another",
    "voice_type": "tts",
    "voice_tts": "",
    "speed_tts": 1,
    "content": "Hi",
    "enable_option": True,
    "exit_sound": SOUND,
    "press_options": [{"press_num": "1", "type": "", "extension": ""}],
    "press_timeout": 1,
    "language": "vi",
    "advert": True,
    "defaults": {"name": "khách"},
}
LEAD = {"phone_number": PHONE, "lead_name": "An", "address": "", "after_day": 0, "additional": {"a": 1}, "more": [1]}
USER = {
    "username": "another",
    "password": "p",
    "confirm_password": "p",
    "first_name": "An",
    "extension": "808",
    "is_create_extension": True,
}
PREFIX = {"prefix": "034", "network": "vina", "effective_from": "2026-12-01"}

RIGHT = (
    Right("POST", "/v3/auth/token", {"api_key": "none"}),
    Right("POST", "/v1/auth", {"username": "crm@default", "password": "none"}),
    Right("GET", "/v3/token", query=PAGES),
    Right("GET", "/v3/audit", query=("start_date", "end_date", "token_uuid", "action", "subject", *PAGES)),
    Right("POST", "/v3/token", {"name": "crm", "role": "operator", "expires_at": "2099-01-01T00:00:00Z"}),
    Right("POST", "/v3/token/{token_uuid}/rotate", {"hours": 1}),
    Right("DELETE", "/v3/token/{token_uuid}"),
    Right("POST", "/v3/campaign", TO_ADD),
    Right("PUT", CAMPAIGN, seed_body() | {"campaign_uuid": "{campaign_uuid}", "lead_expired_at": None}),
    Right("PATCH", CAMPAIGN + "/active", {"active": True}),
    Right("POST", CAMPAIGN + "/run/start"),
    Right("POST", "/v1/campaign/{campaign_uuid}/run/stop"),
    Right("POST", CAMPAIGN + "/run/pause"),
    Right("GET", "/v3/campaign", query=("type", *PAGES)),
    Right("GET", CAMPAIGN),
    Right("GET", CAMPAIGN + "/monitor"),
    Right("GET", CAMPAIGN + "/why"),
    Right("POST", "/v3/carrier", CARRIER),
    Right("PUT", "/v3/carrier/{carrier_uuid}", CARRIER),
    Right("GET", "/v3/carrier", query=PAGES),
    Right("GET", "/v3/carrier/{carrier_uuid}"),
    Right("POST", "/v3/template", TEMPLATE),
    Right(
        "POST",
        "/v3/template/preview",
        {"template_uuid": "{template_uuid}", "lead_uuid": "{lead_uuid}", "values": {"name": "An", "amount": 5}},
    ),
    Right("GET", "/v3/template", query=("template_name", *PAGES)),
    Right("GET", "/v3/template/{template_uuid}"),
    Right("PUT", "/v3/template/{template_uuid}", TEMPLATE | {"template_uuid": "{template_uuid}"}),
    Right("POST", "/v3/audio", {"audio_name": "another", "file": b64encode(a_file(rate=8_000, channels=1)).decode()}),
    Right("GET", "/v3/audio", query=("audio_name", "audio_uuid", *PAGES)),
    Right("GET", "/v3/audio/{audio_uuid}"),
    Right("POST", "/v3/list", {"list_uuid": "", "campaign_uuid": "{campaign_uuid}", "list_name": "another"}),
    Right("PATCH", "/v3/list/{list_uuid}/active", {"active": True}),
    Right("GET", "/v3/list", query=PAGES),
    Right("GET", "/v3/list/{list_uuid}"),
    Right("PUT", "/v3/list/{list_uuid}", {"list_name": "renamed", "description": "", "active": True}),
    Right("POST", "/v3/list/{list_uuid}/refresh", {"refresh": "fail", "recall_status": ["busy"]}),
    Right("POST", "/v3/lead", LEAD | {"list_uuid": "{list_uuid}", "duplicate_scope": "list"}),
    Right("POST", "/v3/lead/multi", {"list_uuid": "{list_uuid}", "duplicate_scope": "list", "data": [LEAD]}),
    Right("GET", "/v3/import", query=("kind", *PAGES)),
    Right("GET", "/v3/import/{import_uuid}"),
    Right("GET", "/v3/import/{import_uuid}/report"),
    Right("DELETE", "/v3/import/{import_uuid}"),
    Right("GET", "/v3/lead", query=("list_uuid", "campaign_uuid", "phone_number", *PAGES)),
    Right("GET", "/v3/lead/{lead_uuid}"),
    Right("PUT", "/v3/lead/{lead_uuid}", LEAD | {"lead_uuid": "{lead_uuid}"}),
    Right("GET", "/v3/lead/{lead_uuid}/why"),
    Right(
        "POST",
        "/v3/autocall/import",
        {"campaign_uuid": "{campaign_uuid}", "phone_number": PHONE, "ref_id": "", "param": {"a": 1}},
    ),
    Right(
        "POST",
        "/v3/autocall/otp",
        {"campaign_uuid": "{campaign_uuid}", "phone_number": PHONE, "template": "hello", "code_otp": "1234"},
    ),
    Right("GET", "/v3/autocall/log/{ref_id}/ref_id"),
    Right(
        "GET",
        "/v3/cdr",
        query=(*"start_date end_date start_date_ended status hotline phone direction campaign_uuid".split(), *PAGES),
    ),
    Right("GET", "/v3/cdr/{reference}"),
    Right(
        "GET",
        "/v3/report/call/campaign",
        query=tuple("campaign_uuid list_uuid run_id network start_time end_time interval group".split()),
    ),
    Right(
        "GET",
        "/v3/report/call/campaign/{campaign_uuid}",
        query=("run_id", "start_time", "end_time", "format", "language"),
    ),
    Right(
        "GET",
        "/v3/report/call/chart",
        query=tuple("campaign_uuid list_uuid run_id network start_time end_time".split()),
    ),
    Right("GET", "/v3/report/call/lead", query=(*"campaign_uuid list_uuid start_time end_time".split(), *PAGES)),
    Right("GET", "/v3/report/subscription"),
    Right(
        "POST",
        "/v3/report/subscription",
        {
            "campaign_uuid": "{campaign_uuid}",
            "channel": "webhook",
            "address": "https://crm.example/reports",
            "format": "pdf",
            "language": "vi",
            "time": "07:00",
        },
    ),
    Right("GET", "/v3/monitor", query=("campaign_uuid", "limit")),
    Right("GET", "/v1/campaign", query=("campaign_name", "template_name", *PAGES)),
    Right("POST", "/v1/campaign", {"campaign_name": "older", "concurrent_call": 2, "description": ""}),
    Right("GET", "/v1/campaign/{campaign_uuid}"),
    Right("GET", "/v1/cdr", query=("page", "limit", "scroll_id", "status", "phone", "start_date")),
    Right("GET", "/v1/cdr/{reference}"),
    Right(
        "POST",
        "/v1/autodial/campaign",
        {"campaign_uuid": "{campaign_uuid}", "customers": [{"phone_number": PHONE}]},
    ),
    Right(
        "POST",
        "/v2/customer",
        {
            "campaign_id": "{campaign_uuid}",
            "phone_number": "0351234567",
            "customer_name": "An",
            "customer_code": "KH01",
            "contract_number": "HD-7",
            "after_day": 1,
        },
    ),
    Right("GET", "/v2/customer", query=("campaign_id", *PAGES)),
    Right("GET", "/v2/customer/{customer_id}"),
    Right("POST", "/v1/blacklist", {"blacklist": [{"phone_number": PHONE, "description": ""}]}),
    Right("DELETE", "/v1/blacklist", {"blacklist": [PHONE]}),
    Right("GET", "/v1/blacklist", query=PAGES),
    Right("GET", "/v1/blacklist/{id_or_phone}"),
    Right("POST", "/v3/erasure", {"phone_number": "0349999999"}),
    Right("PUT", "/v3/network/prefix", {"prefixes": [PREFIX]}),
    Right("DELETE", "/v3/network/prefix", {"prefixes": [{"prefix": "034", "effective_from": "2026-12-01"}]}),
    Right("GET", "/v3/network/prefix", query=PAGES),
    Right("POST", "/v3/network/ported", {"ported": [{"phone_number": PHONE, "network": "vina"}]}),
    Right("DELETE", "/v3/network/ported", {"ported": [PHONE]}),
    Right("GET", "/v3/network/ported", query=PAGES),
    Right("GET", "/v3/network/{phone_number}"),
    Right("GET", "/v3/tenant"),
    Right("GET", "/v3/tenant/retention"),
    Right("PUT", "/v3/tenant/retention", {"leads": 90, "cdrs": 365, "callbacks": 30, "audit": None}),
    Right("GET", "/v3/gateway", query=PAGES),  # before there is a switch that nobody can ask
    Right("GET", "/v3/operator/tenant/{tenant}"),
    Right("PUT", "/v3/operator/tenant/{tenant}", {"calls_per_day": 5000, "destinations": ["03", "!0900"]}),
    Right("GET", "/v3/operator/gateway"),
    Right("POST", "/v3/operator/gateway", {"gateway_uuid": "another", "concurrent_call": 30, "calls_per_second": 5}),
    Right("GET", "/v3/operator/gateway/{gateway_uuid}"),
    Right("PUT", "/v3/operator/gateway/{gateway_uuid}", {"concurrent_call": 20}),
    Right("PUT", "/v3/operator/gateway/{gateway_uuid}/grant", {"tenant": "default", "caller_ids": ["028*", "*"]}),
    Right("DELETE", "/v3/operator/gateway/{gateway_uuid}/grant/{tenant}"),
    Right("DELETE", "/v3/operator/gateway/{gateway_uuid}"),
    Right("PUT", CAMPAIGN + "/assign_extension", {"extensions": ["101"]}),
    Right("POST", "/v3/user", USER),
    Right("GET", "/v3/user", query=PAGES),
    Right("GET", "/v3/user/{user_uuid}"),
    Right("POST", "/v3/group", {"group_name": "another", "group_description": ""}),
    Right("GET", "/v3/group", query=PAGES),
    Right("GET", "/v3/group/{group_uuid}"),
    Right("PUT", "/v3/group/{group_uuid}", {"group_priority": 1, "user_assigns": [], "campaign_assigns": []}),
    Right("POST", "/v3/extension", {"extension": "909", "enabled": True, "follow_me": {}}),
    Right("GET", "/v3/extension", query=PAGES),
    Right("GET", "/v3/extension/{extension_uuid}"),
    Right("GET", "/v3/extension/{extension_uuid}/loggedin"),
    Right("PUT", "/v3/extension/{extension_uuid}", {"extension": "101", "enabled": True}),
    Right("POST", "/v3/agent/login", {"campaign_uuid": "{campaign_uuid}", "extension": "101", "leg": "on_hook"}),
    Right("POST", "/v3/agent/resume", {"extension": "101"}),
    Right("POST", "/v3/agent/pause", {"user_uuid": "{user_uuid}", "pause_code": "lunch"}),
    Right("POST", "/v3/agent/logout", {"extension": "101"}),
    Right("GET", "/v3/agent/live"),
    Right("GET", "/v3/agent/extension", query=PAGES),
    Right("GET", "/v3/agent/{user_uuid}"),
    Right("GET", "/v2/report/agent/time", query=("start_time", "end_time")),
    Right("GET", "/v3/switch"),
    Right(
        "PUT",
        "/v3/switch",
        {"url": "esl://:x@switch.example", "name": "switch.example", "weight": 2, "state": "active"},
    ),
)
