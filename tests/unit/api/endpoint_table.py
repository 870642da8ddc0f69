"""What the reference documents of each endpoint that is served here."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.builders.api import SEED_CAMPAIGN, SEED_TEMPLATE
from tests.builders.documented_put import seed_body
from tests.fakes.services import TOKEN

LIST = "8d3f1c7e-2222-4333-8444-555566667777"
NOWHERE = "00000000-0000-4000-8000-000000000000"
PATTERN = "Does not match pattern '^(84|0[3|5|7|8|9])+([0-9]{8})$'"
TOO_SHORT = "String length must be greater than or equal to 1"
NOT_FOUND = (404, "Not Found")
SEED = {name: value for name, value in seed_body().items() if name != "callback_url"}
CARRIER = {
    "carrier_name": "second",
    "description": "",
    "caller_id": "02873003586",
    "gateway_uuid": "gw1",
    "network": {"viettel": 0, "mobi": None, "vina": 0, "tel": 0, "offnet": 0},
    "concurrent_call": 5,
    "dial_type": "sip_one_for_all",
}
TEMPLATE = {"template_name": "second", "voice_type": "tts", "content": "Hi"}


class Case(NamedTuple):
    """A request of the reference, the keys of its answer, and requests that are refused: body, status and error."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    keys: str = ""
    refused: tuple[tuple[str, Mapping[str, Any] | None, int, object], ...] = ()
    """Each: a path (empty: the same), a body, the status, the error."""


CAMPAIGN = "/v3/campaign/{campaign_uuid}"
OTHER_CAMPAIGN = f"/v3/campaign/{NOWHERE}"
CDR_KEYS = (
    "id parent_id sip_call_id cause duration billsec direction recording_url autocall_recording_url extension "
    "from_number to_number receive_dest time_started time_ringging time_answered time_ended status app press_key "
    "autocall_presskey_epoch time_presskey presskey_delay fullname email username sip_hangup_disposition campaign_uuid "
    "lead_uuid rate digits note customer_fullname customer_email demand_customer interest_segment additional"
)
LEAD_KEYS = (
    "domain_uuid lead_uuid lead_name lead_code list_uuid phone_number contract_number status alt_status "
    "identity_number identity_issued_at identity_issued_on address province district ward date_of_birth "
    "additional after_day called_count last_call_time created_at updated_at hopper_id comment ref_id ref_code "
    "gender other_identity_number other_identity_issued_at other_identity_issued_on network campaign_uuid "
    "campaign_name list_name assign_user_uuid assign_username"
)
LIST_KEYS = (
    "domain_uuid list_uuid list_name campaign_uuid description reset_time active user_uuid created_at updated_at "
    "total_leads total_fields campaign_name username firstname middlename lastname total_upload total_success "
    "total_fail recall_status"
)
PAGED = "data limit offset total"

TABLE = (
    Case(
        "POST",
        "/v3/auth/token",
        {"api_key": TOKEN},
        "client_id domain_uuid expired_in refresh_token token token_type user_id",
    ),
    Case("POST", "/v1/auth/token", {"api_key": TOKEN}, "data"),
    Case(
        "POST",
        "/v3/campaign",
        {"campaign_name": "second", "type": "autocall", "concurrent_call": 1, "template_uuid": SEED_TEMPLATE},
        "campaign_uuid created",
        (
            ("", {"campaign_name": "first", "type": "autocall"}, 409, "campaign_name is already taken"),
            ("", {"campaign_name": "", "type": "autocall"}, 400, [{"campaign_name": TOO_SHORT}]),
            (
                "",
                {"campaign_name": "x", "type": "robot"},
                400,
                [{"type": 'type must be one of the following: "autodialer", "autocall", "inbound", "manual"'}],
            ),
        ),
    ),
    Case(
        "PUT",
        CAMPAIGN,
        SEED,
        "campaign_uuid",
        (
            ("", {"campaign_name": "taken"}, 409, "campaign_name is already taken"),
            (OTHER_CAMPAIGN, {"recall_times": 1}, *NOT_FOUND),
            ("", {"campaign_uuid": NOWHERE}, 400, "campaign_uuid is invalid"),
        ),
    ),
    Case("GET", "/v3/campaign?type=autocall&limit=10&offset=0", None, PAGED),
    Case("GET", CAMPAIGN, None, " ".join(SEED), ((OTHER_CAMPAIGN, None, *NOT_FOUND),)),
    Case(
        "PATCH",
        CAMPAIGN + "/active",
        {"active": True},
        "active campaign_uuid",
        (("", {}, 400, "active is missing"), (OTHER_CAMPAIGN + "/active", {"active": True}, *NOT_FOUND)),
    ),
    Case(
        "DELETE",
        "/v3/campaign/{unused_campaign}",
        None,
        "campaign_uuid",
        ((CAMPAIGN, None, 409, "campaign must be deactive"), (OTHER_CAMPAIGN, None, *NOT_FOUND)),
    ),
    Case(
        "POST",
        "/v1/campaign/{campaign_uuid}/run/start",
        {},
        "campaign_uuid",
        ((f"/v1/campaign/{NOWHERE}/run/start", {}, *NOT_FOUND),),
    ),
    Case("GET", "/v1/campaign", None, PAGED),
    Case("GET", "/v1/campaign/{campaign_uuid}", None, "campaign_uuid campaign_name dial_method status ratio"),
    Case("POST", "/v1/campaign", {"campaign_name": "older", "concurrent_call": 1}, "campaign_uuid created"),
    Case(
        "POST",
        "/v3/autocall/import",
        {"campaign_uuid": SEED_CAMPAIGN, "phone_number": "0981000005", "param": {"name": "An"}},
        "call_id lead_uuid message",
        (
            ("", {"phone_number": "0981000005", "param": {"a": "b"}}, 400, [{"(root)": "campaign_uuid is required"}]),
            ("", {"campaign_uuid": SEED_CAMPAIGN, "param": {"a": "b"}}, 400, [{"(root)": "phone_number is required"}]),
            (
                "",
                {"campaign_uuid": SEED_CAMPAIGN, "phone_number": "0981000005"},
                400,
                [{"(root)": "param is required"}],
            ),
        ),
    ),
    Case(
        "POST",
        "/v3/autocall/otp",
        {"campaign_uuid": SEED_CAMPAIGN, "phone_number": "0981000006", "template": "hello", "code_otp": "1234"},
        "call_id lead_uuid message ref_id",
    ),
    Case(
        "POST",
        "/v1/autodial/campaign",
        {"campaign_uuid": SEED_CAMPAIGN, "carrier": "mobi", "ratio": 2, "customers": [{"phone_number": "0981000007"}]},
        "fail message success",
        (
            (
                "",
                {"campaign_uuid": NOWHERE, "customers": [{"phone_number": "0981000007"}]},
                404,
                "campaign is not found",
            ),
        ),
    ),
    Case("POST", "/v2/customer", {"campaign_id": SEED_CAMPAIGN, "phone_number": "0981000008"}, "code content id"),
    Case("GET", "/v2/customer", None, "code content data limit offset total"),
    Case("GET", "/v2/customer/{lead_uuid}", None, "code content data"),
    Case(
        "POST",
        "/v3/lead",
        {"list_uuid": LIST, "phone_number": "0981000002"},
        "created lead_uuid",
        (
            (
                "",
                {"list_uuid": "", "phone_number": "0981000009"},
                400,
                [{"list_uuid": "String length must be greater than or equal to 36"}],
            ),
            (
                "",
                {"list_uuid": LIST, "phone_number": ""},
                400,
                [{"phone_number": TOO_SHORT}, {"phone_number": PATTERN}],
            ),
        ),
    ),
    Case(
        "POST",
        "/v3/lead/multi",
        {"list_uuid": LIST, "data": [{"phone_number": "0981000003", "lead_name": "An", "after_day": 0}]},
        "message total_insert",
        (("", {"data": [{"phone_number": "0981000003"}]}, 400, "list_uuid is missing"),),
    ),
    Case("GET", "/v3/lead?list_uuid={list_uuid}&limit=10&offset=0", None, PAGED),
    Case("GET", "/v3/lead/{lead_uuid}", None, LEAD_KEYS, ((f"/v3/lead/{NOWHERE}", None, *NOT_FOUND),)),
    Case(
        "PUT",
        "/v3/lead/{lead_uuid}",
        {"phone_number": "0981000001", "lead_name": "Bình"},
        "lead_uuid",
        (("", {"lead_name": "Bình"}, 400, [{"(root)": "phone_number is required"}]),),
    ),
    Case("DELETE", "/v3/lead/{unused_lead}", None, "lead_uuid", ((f"/v3/lead/{NOWHERE}", None, *NOT_FOUND),)),
    Case(
        "POST",
        "/v3/list",
        {"campaign_uuid": SEED_CAMPAIGN, "list_name": "tuesday"},
        "created list_uuid",
        (
            ("", {"campaign_uuid": SEED_CAMPAIGN, "list_name": "monday"}, 409, "list_name is exists"),
            ("", {"campaign_uuid": "", "list_name": "x"}, 400, [{"campaign_uuid": TOO_SHORT}]),
        ),
    ),
    Case("GET", "/v3/list?limit=10&offset=0", None, PAGED),
    Case("GET", "/v3/list/{list_uuid}", None, LIST_KEYS),
    Case(
        "PATCH",
        "/v3/list/{list_uuid}/active",
        {"active": True},
        "active list_uuid",
        (("", {}, 400, "active is missing"), (f"/v3/list/{NOWHERE}/active", {"active": True}, *NOT_FOUND)),
    ),
    Case("DELETE", "/v3/list/{unused_list}", None, "list_uuid", ((f"/v3/list/{NOWHERE}", None, *NOT_FOUND),)),
    Case(
        "POST",
        "/v3/template",
        TEMPLATE,
        "created template_uuid",
        (("", TEMPLATE | {"template_name": "hello"}, 409, "template is existed!"),),
    ),
    Case("GET", "/v3/template?template_name=hello&limit=10&offset=0", None, PAGED),
    Case(
        "GET",
        "/v3/template/{template_uuid}",
        None,
        "template_uuid template_name press_options",
        ((f"/v3/template/{NOWHERE}", None, 404, "template not found"),),
    ),
    Case(
        "PUT",
        "/v3/template/{template_uuid}",
        TEMPLATE | {"template_name": "hello"},
        "created template_uuid updated",
        (("", {"content": "x"}, 400, [{"(root)": "template_name is required"}]),),
    ),
    Case(
        "DELETE",
        "/v3/template/{unused_template}",
        None,
        "deleted",
        ((f"/v3/template/{NOWHERE}", None, 404, "template not found"),),
    ),
    Case(
        "POST",
        "/v3/carrier",
        CARRIER,
        "carrier_uuid created",
        (
            ("", CARRIER | {"carrier_name": "main"}, 409, "carrier_name is exists"),
            (
                "",
                {name: value for name, value in CARRIER.items() if name != "gateway_uuid"},
                400,
                [{"(root)": "gateway_uuid is required"}],
            ),
        ),
    ),
    Case("GET", "/v3/carrier?limit=10&offset=0", None, PAGED),
    Case(
        "PUT",
        "/v3/carrier/{carrier_uuid}",
        CARRIER | {"carrier_name": "main"},
        "carrier_uuid",
        (("", {"concurrent_call": 1}, 400, [{"(root)": "carrier_name is required"}]),),
    ),
    Case(
        "DELETE",
        "/v3/carrier/{unused_carrier}",
        None,
        "carrier_uuid",
        ((f"/v3/carrier/{NOWHERE}", None, 404, "carrier_name is not exists"),),
    ),
    Case("GET", "/v3/gateway?limit=10&offset=0", None, PAGED),
    Case("GET", "/v3/cdr?start_date=2026-11-01&end_date=2026-11-30%2000:00:00&status=ANSWERED&limit=10", None, PAGED),
    Case("GET", "/v3/cdr/{call_id}", None, CDR_KEYS, ((f"/v3/cdr/{NOWHERE}", None, *NOT_FOUND),)),
    Case(
        "GET",
        "/v3/report/call/campaign?campaign_uuid={campaign_uuid}&start_time=2023-03-06%2000:00:00&end_time=2023-03-06%2023:59:59",
        None,
        "data",
        ((f"/v3/report/call/campaign?campaign_uuid={NOWHERE}", None, 404, "campaign is not found"),),
    ),
    Case("GET", "/v3/report/call/lead?campaign_uuid={campaign_uuid}&list_uuid={list_uuid}", None, PAGED),
    Case("GET", "/v3/report/subscription", None, "data total"),
    Case("GET", "/v3/monitor", None, "data total"),
    Case("GET", "/v1/cdr?page=1&limit=10", None, "data limit page total"),
    Case("GET", "/v1/cdr", None, "data scroll_id"),
    Case("GET", "/v1/cdr/{call_id}", None, "id status direction"),
    Case("GET", "/v1/blacklist?limit=10&offset=0", None, PAGED),
    Case("GET", "/v1/blacklist/0341111111", None, "id phone_number description"),
    Case("POST", "/v1/blacklist", {"blacklist": [{"phone_number": "0342222222"}]}, "fail message success"),
    Case("DELETE", "/v1/blacklist", {"blacklist": ["0342222222"]}, "fail message success"),
    Case("GET", "/v1/event", None, "data total"),
    Case("POST", "/v1/event", {"callback_url": "https://crm.example/y", "event": "cdr"}, "created id"),
    Case("DELETE", "/v1/event/{subscription_id}", None, "deleted"),
)
"""Paths hold names in braces for what the test has made."""
