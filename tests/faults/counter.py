"""The API as a process of its own, beside whatever database and broker it is given."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from tests.faults.bad_input.right import CARRIER, PHONE, TEMPLATE, USER, Right
from tests.stack.addresses import free_port
from tests.stack.callbeat import api_command
from tests.stack.environment import TOKEN, environment
from tests.stack.process import Process
from tests.stack.running import ONCE, client
from tests.stack.waiting import wait_until

READY_SECONDS: Final = 60.0
CLIENT_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Counter:
    """Where clients come."""

    port: int
    log: Path

    def client(self) -> httpx.Client:
        """Give a client for as many requests at once as one likes, with more patience than the API asks for."""
        return client(port=self.port, timeout=CLIENT_SECONDS, limits=ONCE)


@dataclass(frozen=True)
class Told:
    """What a client was told, and after how long."""

    status: int
    retry_after: str
    error: str
    seconds: float


def ask(api: httpx.Client, right: Right) -> Told:
    """Send a request that makes sense."""
    began = time.monotonic()
    answer = api.request(right.method, right.path, json=right.body)
    seconds = time.monotonic() - began
    error = answer.json().get("error", "") if answer.is_error else ""
    return Told(answer.status_code, answer.headers.get("Retry-After", ""), error, seconds)


@contextmanager
def open_counter(home: Path, *, database_url: str, redis_url: str) -> Iterator[Counter]:
    """Run `callbeat api` while the block runs."""
    counter = Counter(free_port(), home / "api.log")
    around = environment(home=home / "home", database_url=database_url, redis_url=redis_url, api_token=TOKEN)
    with Process("api", api_command(port=counter.port), around, log=counter.log) as process:
        with counter.client() as api:
            wait_until(lambda: _answers(api, process=process), seconds=READY_SECONDS)
        yield counter


def _answers(api: httpx.Client, *, process: Process) -> bool:
    assert process.is_alive, process.said()
    try:
        return api.get("/health/live").is_success
    except httpx.TransportError:
        return False


def furnish(api: httpx.Client) -> dict[str, str]:
    """Make one of each thing; give what the paths and bodies of ``RIGHT`` name them by."""

    def post(path: str, body: Mapping[str, object]) -> httpx.Response:
        answer = api.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer

    def made(path: str, body: Mapping[str, object], key: str) -> str:
        return str(post(path, body).json()[key])

    carrier = made("/v3/carrier", {**CARRIER, "carrier_name": "main"}, "carrier_uuid")
    gateway = str(CARRIER["gateway_uuid"])
    post("/v3/operator/gateway", {"gateway_uuid": gateway})
    template = made("/v3/template", {**TEMPLATE, "template_name": "hello"}, "template_uuid")
    body = {"campaign_name": "first", "type": "autocall", "carrier_uuid": carrier, "template_uuid": template}
    campaign = made("/v3/campaign", body, "campaign_uuid")
    list_uuid = made("/v3/list", {"campaign_uuid": campaign, "list_name": "monday"}, "list_uuid")
    return {
        "campaign_uuid": campaign,
        "callback_id": "1",
        "user_uuid": made("/v3/user", {**USER, "username": "anna", "extension": "101"}, "user_uuid"),
        "group_uuid": made("/v3/group", {"group_name": "sales"}, "group_uuid"),
        "extension_uuid": "101",
        "carrier_uuid": carrier,
        "gateway_uuid": gateway,
        "tenant": "default",
        "token_uuid": made("/v3/token", {"name": "mine", "role": "admin"}, "token_uuid"),
        "template_uuid": template,
        "audio_uuid": "01a21425-daf9-747a-b864-2a4ed6283074",
        "list_uuid": list_uuid,
        "import_uuid": "01a21425-daf9-747a-b864-2a4ed6283074",
        "lead_uuid": "01a21425-daf9-747a-b864-2a4ed6283074",
        "customer_id": "01a21425-daf9-747a-b864-2a4ed6283074",
        "recording": f"01a21425-daf9-747a-b864-2a4ed6283074-{'0' * 32}.wav",
        "ref_id": "order-7",
        "reference": "01a21425-daf9-747a-b864-2a4ed6283074",
        "id_or_phone": PHONE,
        "phone_number": PHONE,
    }
