"""What every endpoint does with misspelt, foreign and empty values; test_strict_keys.py has campaigns."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.timestamps import to_moment
from tests.builders.api import SEED_CAMPAIGN, SEED_CARRIER

CARRIER = f"/v3/carrier/{SEED_CARRIER}"
CAMPAIGN = f"/v3/campaign/{SEED_CAMPAIGN}"
PHONE = "0341234567"


@pytest.fixture(autouse=True)
def _stored(campaign: str) -> None:
    assert campaign == SEED_CAMPAIGN


def refusal(client: TestClient, method: str, path: str, body: object) -> str:
    answer = client.request(method, path, json=body)
    assert answer.status_code == 400, answer.text
    return str(answer.json()["error"])


@pytest.mark.parametrize(
    ("method", "path", "body", "near"),
    [
        ("PUT", CARRIER, {"carrier_name": "main", "concurent_call": 1}, "concurrent_call"),
        ("PUT", CARRIER, {"carrier_name": "main", "callsPerSecond": 1}, "calls_per_second"),
        ("PUT", CARRIER, {"carrier_name": "main", "data": {"caler_id": "1"}}, "caller_id"),
        ("PUT", CARRIER, {"carrier_name": "main", "data": {"causes": [{"sip_staus": 403}]}}, "sip_status"),
        ("POST", "/v3/template", {"template_name": "b", "press_option": []}, "press_options"),
        ("POST", "/v3/template", {"template_name": "b", "exit_sound": {"enabled": False}}, "enable"),
        ("POST", "/v3/list", {"campaign_uuid": SEED_CAMPAIGN, "list_name": "b", "List_UUID": ""}, "list_uuid"),
        ("POST", "/v3/lead/multi", {"duplicate_scop": "list", "list_uuid": "x", "data": []}, "duplicate_scope"),
        ("POST", "/v1/event", {"callback_url": "http://a.example", "event": "cdr", "callback_api_key": "k"}, "apikey"),
        ("POST", "/v3/callback/replay", {"start_date": "2026-01-01", "sate": "delivered"}, "state"),
        ("PUT", "/v3/network/prefix", {"prefixes": [{"prefix": "034", "network": None, "effectiveFrom": "x"}]}, "eff"),
        ("PATCH", CAMPAIGN + "/active", {"Active": False}, "active"),
        ("PUT", "/v3/switch", {"name": "switch.example", "Weight": 2}, "weight"),
        ("POST", "/v3/autocall/otp", {"code_otp": "1", "templat": "hello"}, "template"),
    ],
)
def test_a_misspelt_key_is_refused_by_every_endpoint(
    client: TestClient, method: str, path: str, body: object, near: str
) -> None:
    assert f"is unknown: {near}" in refusal(client, method, path, body).replace("callback_apikey", "apikey")


def test_foreign_keys_are_named_inside_objects_and_rows_too(client: TestClient) -> None:
    body = {"carrier_name": "main", "pbx_node": 1, "data": {"caller_id": "02873003586", "x_vendor": 2}}
    assert client.put(CARRIER, json=body).json() == {
        "carrier_uuid": SEED_CARRIER,
        "ignored": ["pbx_node", "data.x_vendor"],
    }
    rows = {"blacklist": [{"phone_number": PHONE}, {"phone_number": "0341234568", "owner": "x"}]}
    assert client.post("/v1/blacklist", json=rows).json()["ignored"] == ["blacklist.1.owner"]


@pytest.mark.parametrize("path", [CARRIER, CAMPAIGN])
def test_what_was_read_can_be_sent_back(client: TestClient, path: str) -> None:
    assert "ignored" not in client.put(path, json=client.get(path).json()).json()


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/v3/cdr?lead_name=x", "is unknown"),
        ("/v3/cdr?Status=busy", "is unknown: status was probably meant"),
        ("/v3/cdr?startdate=2026-01-01", "is unknown: start_date was probably meant"),
        ("/v3/list?campaign_uuid=x", "is unknown"),
        ("/v3/lead?phone_numbr=1", "is unknown: phone_number was probably meant"),
        ("/v3/template?limt=1", "is unknown: limit was probably meant"),
        ("/v3/callback?evnt=cdr", "is unknown: event was probably meant"),
        (CAMPAIGN + "?fields=x", "is unknown"),
    ],
)
def test_an_unknown_filter_is_refused(client: TestClient, path: str, near: str) -> None:
    key = path.partition("?")[2].partition("=")[0]
    answer = client.get(path)
    assert (answer.status_code, answer.json()) == (400, {"error": [{key: near}]})


@pytest.mark.parametrize("path", ["/v3/cdr?_=17&status=busy&limit=1", "/v3/lead?_nocache=1", CAMPAIGN + "?_"])
def test_parameters_of_caches_are_not_for_us(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_an_unknown_parameter_stops_a_change(client: TestClient) -> None:
    assert client.put(CAMPAIGN + "?dryrun=true", json={"description": "new"}).status_code == 400
    assert client.get(CAMPAIGN).json()["description"] == ""


@pytest.mark.parametrize("text", ["5.0", "5e0", "0.5e1", "50E-1"])
def test_a_number_without_a_fraction_is_an_integer(client: TestClient, text: str) -> None:
    for body in (f'{{"concurrent_call": {text}}}', f'{{"network": {{"viettel": {text}}}}}'):
        assert client.put(CAMPAIGN, content=body).status_code == 200
    read = client.get(CAMPAIGN).json()
    assert (read["concurrent_call"], read["network"]["viettel"]) == (5, 5)
    assert isinstance(read["concurrent_call"], int)


def test_times_of_a_window_may_be_written_with_an_exponent(client: TestClient) -> None:
    body = '{"schedules": [{"monday_start_time": 2.88E13, "monday_end_time": 75600000000000.0}]}'
    assert client.put(CAMPAIGN, content=body).status_code == 200
    assert client.get(CAMPAIGN).json()["schedules"][0]["monday_start_time"] == 28_800_000_000_000


@pytest.mark.parametrize("text", ["2.5", "1e400", "-1.0", "1e300", '"5"', "true"])
def test_what_is_no_integer_is_refused(client: TestClient, text: str) -> None:
    assert client.put(CAMPAIGN, content=f'{{"concurrent_call": {text}}}').status_code == 400


def test_a_number_keeps_its_spelling_where_it_is_stored_as_sent(client: TestClient) -> None:
    body = {"template_name": "b", "defaults": {"rate": 5.0}, "speed_tts": 1}
    found = client.post("/v3/template", json=body).json()["template_uuid"]
    assert client.get(f"/v3/template/{found}").json()["defaults"] == {"rate": 5.0}


@pytest.mark.parametrize("key", ["callback_url", "description", "mode_call", "carrier_uuid", "local_start_time"])
def test_null_leaves_a_setting_as_it_is_and_the_answer_says_so(client: TestClient, key: str) -> None:
    client.put(CAMPAIGN, json={"callback_url": "http://a.example/", "description": "old", "concurrent_call": 3})
    before = client.get(CAMPAIGN).json()

    assert client.put(CAMPAIGN, json={key: None}).json() == {"campaign_uuid": SEED_CAMPAIGN, "ignored": [key]}
    assert client.get(CAMPAIGN).json()[key] == before[key]


@pytest.mark.parametrize(
    ("row", "stored"),
    [
        ({"lead_name": None}, {"lead_name": ""}),
        ({"contract_number": 1234567}, {"contract_number": "1234567"}),
        ({"identity_number": 1234567.0}, {"identity_number": "1234567"}),
        ({"additional": []}, {"additional": ""}),
        ({"additional": None}, {"additional": ""}),
        ({"after_day": "0"}, {"status": "NEW"}),
        ({"after_day": None}, {"status": "NEW"}),
        ({"after_day": ""}, {"status": "NEW"}),
        ({"phone_number": 84341234567}, {"phone_number": PHONE}),
    ],
)
def test_a_row_with_values_of_one_meaning_is_not_lost(
    client: TestClient, list_uuid: str, row: dict[str, Any], stored: dict[str, Any]
) -> None:
    body = {"list_uuid": list_uuid, "data": [{"phone_number": PHONE} | row]}
    answer = client.post("/v3/lead/multi", json=body).json()
    assert (answer["total_insert"], answer["fail"]) == (1, [])
    (lead,) = client.get("/v3/lead", params={"list_uuid": list_uuid}).json()["data"]
    assert {key: lead[key] for key in stored} == stored


@pytest.mark.parametrize("row", [{"lead_name": True}, {"after_day": "x"}, {"after_day": "-1"}, {"afterday": 3}])
def test_a_row_that_could_mean_something_else_is_told(client: TestClient, list_uuid: str, row: dict[str, Any]) -> None:
    body = {"list_uuid": list_uuid, "data": [{"phone_number": PHONE} | row]}
    answer = client.post("/v3/lead/multi", json=body).json()
    assert (answer["total_insert"], answer["total_fail"]) == (0, 1)


def test_columns_of_its_own_stay_with_the_lead(client: TestClient, list_uuid: str) -> None:
    row = {"phone_number": PHONE, "phone_number2": "1", "name": "An", "after_days_left": 2}
    answer = client.post("/v3/lead/multi", json={"list_uuid": list_uuid, "data": [row]}).json()
    assert answer["total_insert"] == 1


def test_an_empty_list_of_values_is_an_empty_object(client: TestClient) -> None:
    client.put(CAMPAIGN, json={"status": "start"})
    body = {"campaign_uuid": SEED_CAMPAIGN, "phone_number": PHONE, "param": []}
    assert client.post("/v3/autocall/import", json=body).status_code == 200


@pytest.mark.parametrize("fraction", ["1234567", "123456789", "123456", "1234560000000000000000000000"])
def test_times_of_any_precision_are_cut_to_microseconds(fraction: str) -> None:
    found = to_moment(f"2026-12-31T10:00:00.{fraction}+07:00", zone="UTC")
    assert (found and found.microsecond) == 123_456


def test_a_byte_order_mark_is_skipped(client: TestClient) -> None:
    body = b'\xef\xbb\xbf{"description": "new"}'
    assert client.put(CAMPAIGN, content=body).status_code == 200
    assert client.get(CAMPAIGN).json()["description"] == "new"
