"""A day of a client of the reference: it knows host, key and the documented keys, and nothing else."""

import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

import tests
from tests.acceptance.named import make_what_the_document_names
from tests.builders.documented_put import seed_body
from tests.stack.environment import TOKEN
from tests.stack.operator import CARRIER, NAMES
from tests.stack.running import Stack
from tests.stack.waiting import wait_until

DOCUMENTED: str = (Path(tests.__file__).parent / "payloads" / "documented-put.curl").read_text(encoding="utf-8")
CUSTOMERS = {"0987000010": "answered", "0987000011": "busy", "0987000020": "answered"}
"""Numbers, and how the simulated switch treats them."""
GATEWAY = str(CARRIER["gateway_uuid"])
"""The simulated switch lists a gateway once somebody has dialled over it."""


class Client:
    """What a client of the reference does with its host and its key."""

    def __init__(self, api: httpx.Client) -> None:
        told = api.post("/v3/auth/token", json={"api_key": TOKEN}).json()
        self._api = api
        self._headers = {"Authorization": f"{told['token_type']} {told['token']}"}

    def ask(self, method: str, path: str, body: object = None, **query: object) -> dict[str, object]:
        """Send a request that must succeed."""
        params = {name: str(value) for name, value in query.items()}
        answer = self._api.request(method, path, json=body, params=params, headers=self._headers)
        assert answer.status_code == 200, (method, path, answer.text)
        return dict(answer.json())

    def rows(self, path: str, **query: object) -> list[dict[str, object]]:
        """Read a list."""
        data = self.ask("GET", path, **query)["data"]
        assert isinstance(data, list)
        return data


def test_a_client_of_the_reference_gets_through_its_day(stack: Stack) -> None:
    with httpx.Client(base_url=stack.api.base_url, timeout=10, event_hooks=stack.api.event_hooks) as api:
        client, name = Client(api), f"day {next(NAMES)}"
        known = {str(row["gateway_uuid"]) for row in client.rows("/v3/gateway")}
        carrier = client.ask("POST", "/v3/carrier", _carrier(name, GATEWAY))["carrier_uuid"]
        speech = {"template_name": name, "voice_type": "tts", "content": "Xin chào {{lead_name}}", "speed_tts": 1}
        template = client.ask("POST", "/v3/template", speech)["template_uuid"]
        made = client.ask("POST", "/v3/campaign", {"campaign_name": name, "type": "autocall", "concurrent_call": 2})
        campaign = f"/v3/campaign/{made['campaign_uuid']}"

        whole = client.ask("GET", campaign)
        chosen = {"carrier_uuid": carrier, "template_uuid": template, "recall_times": 0, "schedules": []}
        assert client.ask("PUT", campaign, whole | chosen) == {"campaign_uuid": made["campaign_uuid"]}
        in_list = {"campaign_uuid": made["campaign_uuid"], "list_name": name}
        list_uuid = client.ask("POST", "/v3/list", in_list)["list_uuid"]
        rows = [{"phone_number": phone, "lead_name": "Bình", "after_day": 0} for phone in CUSTOMERS]
        assert client.ask("POST", "/v3/lead/multi", {"list_uuid": list_uuid, "data": rows})["total_insert"] == 3
        client.ask("POST", f"/v1/campaign/{made['campaign_uuid']}/run/start", {})
        wait_until(lambda: _is_over(client.ask("GET", f"{campaign}/monitor")), seconds=30)

        assert {str(row["gateway_uuid"]) for row in client.rows("/v3/gateway")} == known | {GATEWAY}
        cdrs = client.rows("/v3/cdr", campaign_uuid=made["campaign_uuid"], limit=10, offset=0)
        assert {cdr["to_number"]: cdr["status"] for cdr in cdrs} == CUSTOMERS
        leads = client.rows("/v3/lead", list_uuid=list_uuid)
        assert {lead["phone_number"]: (lead["alt_status"], lead["called_count"]) for lead in leads} == {
            phone: (status, 1) for phone, status in CUSTOMERS.items()
        }

        stopped = client.ask("GET", campaign) | {"status": "stop"}
        client.ask("PUT", campaign, stopped)
        assert client.ask("GET", campaign)["status"] == "stop"
        client.ask("PATCH", f"{campaign}/active", {"active": False})
        client.ask("DELETE", campaign)
        assert client.ask("DELETE", f"/v3/template/{template}")["deleted"] == "true"
        assert client.ask("DELETE", f"/v3/carrier/{carrier}")["carrier_uuid"] == carrier
        assert len(client.rows("/v3/cdr", campaign_uuid=made["campaign_uuid"])) == 3


def _carrier(name: str, gateway: object) -> dict[str, object]:
    return {
        "carrier_name": name,
        "description": "",
        "gateway_uuid": gateway,
        "caller_id": "02873003586",
        "network": {"viettel": 0, "mobi": 0, "vina": 0, "tel": 0, "offnet": 0},
        "concurrent_call": 5,
        "dial_type": "sip_one_for_all",
    }


def _is_over(monitor: dict[str, object]) -> bool:
    return (monitor["total_remain"], monitor["total_incall"]) == (0, 0)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_documented_command_works_but_for_scheme_host_and_token(stack: Stack) -> None:
    seed = seed_body()
    make_what_the_document_names(stack)
    command = DOCUMENTED.replace("https://{{base_url}}", str(stack.api.base_url)).replace("{{token}}", TOKEN)
    assert not re.search(r"\{\{|https:", command)

    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30, check=True)  # noqa: S607

    assert ran.stdout == f'{{"campaign_uuid":"{seed["campaign_uuid"]}"}}'
