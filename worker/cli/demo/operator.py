"""The operator in the demonstration: every request to Callbeat, over HTTP only."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Final, Self

import httpx
import orjson

from worker.cli.demo.people import Person
from worker.cli.progress import Show
from worker.domain.errors import Unavailable

ROWS_PER_REQUEST: Final = 2000
PAGE: Final = 100
TIMEOUT_SECONDS: Final = 15.0

Answer = dict[str, Any]
"""JSON of the API; Any: of any shape."""


class Operator:
    """Sets a campaign up and watches it."""

    def __init__(self, address: str, *, token: str) -> None:
        """Use this API with this token."""
        self._http = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_SECONDS, trust_env=False
        )
        self.seed = seed_body()
        self.template = template_body(self.seed["template_uuid"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    @property
    def campaign(self) -> str:
        """Return the campaign's id."""
        return str(self.seed["campaign_uuid"])

    def set_up(self, *, channels: int) -> None:
        """Create what the documented body refers to, under the ids that it uses, and PUT that body unchanged."""
        self._ask("POST", "/v3/carrier", _carrier(self.seed["carrier_uuid"], channels=channels))
        self._ask("POST", "/v3/template", self.template)
        self._ask("POST", "/v3/campaign", _campaign(self.seed))
        self._ask("PUT", f"/v3/campaign/{self.campaign}", self.seed)

    def change(self, **settings: object) -> None:
        """PUT the documented body again with these settings changed."""
        self._ask("PUT", f"/v3/campaign/{self.campaign}", {**self.seed, **settings})

    def import_leads(self, callees: Sequence[Person], *, show: Show) -> None:
        """Create a list and fill it."""
        created = self._ask("POST", "/v3/list", {"campaign_uuid": self.campaign, "list_name": "demo"})
        for start in range(0, len(callees), ROWS_PER_REQUEST):
            part = callees[start : start + ROWS_PER_REQUEST]
            rows = [{"phone_number": one.phone, "additional": one.values} for one in part]
            self._ask("POST", "/v3/lead/multi", {"list_uuid": created["list_uuid"], "data": rows})
            show(start + len(part), len(callees))

    def start(self) -> None:
        """Start the campaign."""
        self._ask("POST", f"/v3/campaign/{self.campaign}/run/start", {})

    def monitor(self) -> Answer:
        """Return the campaign's monitor."""
        return self._ask("GET", f"/v3/campaign/{self.campaign}/monitor")

    def call_ids(self) -> set[str]:
        """Return the ids of all CDRs of the campaign."""
        found: set[str] = set()
        while True:
            page = self._ask("GET", f"/v3/cdr?campaign_uuid={self.campaign}&limit={PAGE}&offset={len(found)}")
            found |= {cdr["id"] for cdr in page["data"]}
            if len(page["data"]) < PAGE:
                return found

    def _ask(self, method: str, path: str, body: Answer | None = None) -> Answer:
        try:
            answer = self._http.request(method, path, json=body)
        except httpx.TransportError as error:
            raise Unavailable(f"the API does not answer: {method} {path}") from error
        if not answer.is_success:
            raise Unavailable(f"{method} {path} was answered {answer.status_code}: {answer.text}")
        found: Answer = answer.json()
        return found


def seed_body() -> Answer:
    """Return the documented PUT body."""
    body: Answer = orjson.loads(files(__package__).joinpath("seed_campaign.json").read_bytes())
    return body


def _carrier(carrier_id: str, *, channels: int) -> Answer:
    return {
        "carrier_uuid": carrier_id,
        "carrier_name": "demo",
        "description": "",
        "caller_id": "02873000000",
        "gateway_uuid": "5f1c0a52-1d0f-4a6e-9f6b-7f6a4f3f2d10",
        "network": {"viettel": 0, "mobi": 0, "vina": 0, "tel": 0, "offnet": 0},
        "concurrent_call": channels,
        "dial_type": "sip_one_for_all",
    }


def template_body(template_id: str) -> Answer:
    return {
        "template_uuid": template_id,
        "template_name": "demo",
        "voice_type": "tts",
        "voice_tts": "south-f-03",
        "speed_tts": 1,
        "content": "Xin chào {{name}}. Khoản vay của quý khách còn {{amount}} đồng. Để xác nhận, bấm phím 1.",
        "enable_option": True,
        "press_options": [{"press_num": "1", "type": "say", "content": "Cảm ơn quý khách đã xác nhận."}],
        "invalid_sound": {"content": "Phím không đúng."},
        "exit_sound": {"content": "Xin cảm ơn."},
        "max_timeout": 1,
        "press_timeout": 1,
    }


def _campaign(seed: Answer) -> Answer:
    keys = ("campaign_uuid", "campaign_name", "type", "concurrent_call", "template_uuid", "carrier_uuid", "description")
    return {key: seed[key] for key in (*keys, "type_autocall")}
