"""A second tenant that misbehaves: it asks and stores as much as it may, and most of its receivers are broken.

It has a carrier on a gateway of its own, a campaign whose callbacks are taken and one whose callbacks never are. Both
post to the host at which the first tenant's callbacks are taken, too.
"""

import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Thread
from typing import Any, Final

import httpx

from tests.faults.evidence import Edit, Hoard
from tests.faults.office import numbers_of
from tests.stack.operator import AUTOCALL, CARRIER, Operator
from tests.stack.receiver import BROKEN, UNSIGNED
from worker.domain.caps import DEFAULT_CAPS, Cap
from worker.usecases.records.save_tenant import TenantChanges

NAME: Final = "noisy"
GATEWAY: Final = "gateway-noisy"
LIMITS: Final[TenantChanges] = {
    "concurrent_call": 6,
    "caps": {Cap.REQUESTS.value: 5, Cap.BURST.value: 10, Cap.IMPORTS.value: 1},
}
"""Low, so that little of the machine is enough to go beyond them."""
PAUSE_SECONDS: Final = 4.0
REQUESTS: Final = 20
FEW_LEADS: Final = 4
MORE_LEADS: Final = 10
FIRST_BATCH: Final = 20_000
"""Numbers that no other tenant calls."""
AGAIN_SECONDS: Final = 0.5
TOO_MANY: Final = 429


@dataclass
class Neighbour:
    """The second tenant; a thread of its own misbehaves while the faults happen."""

    api: httpx.Client
    """With the tenant's own token."""
    owner: Operator
    """The operator of the installation."""
    callbacks: str
    """The receiver's host, as the beginning of URLs."""
    edits: list[Edit] = field(default_factory=list)
    imported: dict[str, int] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    """How its requests were answered."""
    tenant: str = ""
    _campaigns: dict[str, str] = field(default_factory=dict)
    _lists: dict[str, str] = field(default_factory=dict)
    _asked: int = 0
    _batches: "count[int]" = field(default_factory=lambda: count(FIRST_BATCH))

    def set_up(self) -> None:
        """Grant it a gateway, and make its carrier, its campaigns with their leads, and its subscriptions."""
        self.owner.stack.ask("POST", "/v3/operator/gateway", json={"gateway_uuid": GATEWAY})
        grant = {"tenant": NAME, "caller_ids": ["*"]}
        self.owner.stack.ask("PUT", f"/v3/operator/gateway/{GATEWAY}/grant", json=grant)
        self.tenant = str(self._ask("GET", "/v3/tenant")["domain_uuid"])
        settings = {**CARRIER, "carrier_name": NAME, "gateway_uuid": GATEWAY, "concurrent_call": 6}
        carrier = str(self._ask("POST", "/v3/carrier", settings)["carrier_uuid"])
        script = {"template_name": NAME, "voice_type": "tts", "content": "Xin chào"}
        template = str(self._ask("POST", "/v3/template", script)["template_uuid"])
        for path in (BROKEN, UNSIGNED):
            self._make_campaign(path, carrier=carrier, template=template)
        self._subscribe(DEFAULT_CAPS[Cap.SUBSCRIPTIONS] + 1)

    def work(self, until: Event) -> Thread:
        """Misbehave until it is enough; at the end its last leads are called faster."""
        thread = Thread(target=self._work, args=(until,), daemon=True)
        thread.start()
        return thread

    def hoards(self, stored: int) -> tuple[Hoard, ...]:
        """Return what it wanted to store beside what is there."""
        cap = DEFAULT_CAPS[Cap.SUBSCRIPTIONS]
        return (Hoard(tenant=self.tenant, what=Cap.SUBSCRIPTIONS.value, asked=self._asked, stored=stored, cap=cap),)

    def _work(self, until: Event) -> None:
        with ThreadPoolExecutor(4) as threads:
            while not until.wait(PAUSE_SECONDS):
                list(threads.map(lambda _: self._request("GET", "/v3/list?limit=1"), range(REQUESTS)))
                list(threads.map(self._import, self._campaigns))
                self._subscribe(1)
        for campaign in self._campaigns.values():
            self._edit(campaign, concurrent_call=6)

    def _make_campaign(self, path: str, *, carrier: str, template: str) -> None:
        settings: dict[str, Any] = {  # Any: JSON
            "carrier_uuid": carrier,
            "template_uuid": template,
            "concurrent_call": 1,
            "call_timeout": 20,
            "schedules": [],
            "recall_times": 0,
            "callback_url": f"{self.callbacks}/{path}",
            "active": True,
            "status": "stop",
            **AUTOCALL,
        }
        asked_at = time.time()
        campaign = str(self._ask("POST", "/v3/campaign", {**settings, "campaign_name": path})["campaign_uuid"])
        self.edits.append(Edit(subject=campaign, changes=settings, asked_at=asked_at, answered_at=time.time()))
        self._campaigns[path] = campaign
        made = self._ask("POST", "/v3/list", {"campaign_uuid": campaign, "list_name": path})
        self._lists[path] = str(made["list_uuid"])
        self._import(path)
        self._edit(campaign, status="start")

    def _subscribe(self, times: int) -> None:
        """Ask for subscriptions to URLs that never take anything; what is beyond the cap is refused."""
        for _ in range(times):
            self._asked += 1
            hook = {"callback_url": f"{self.callbacks}/{BROKEN}?n={self._asked}", "event": "hangup"}
            self._request("POST", "/v1/event", hook)

    def _import(self, path: str) -> None:
        """Import a few leads when few are left; two such imports at once are one too many."""
        campaign = self._campaigns[path]
        left = self._request("GET", f"/v3/campaign/{campaign}/monitor")
        if left is None or not left.is_success or int(left.json()["total_remain"]) >= FEW_LEADS:
            return
        rows = [{"phone_number": number} for number in numbers_of(next(self._batches))[:MORE_LEADS]]
        answer = self._request("POST", "/v3/lead/multi", {"list_uuid": self._lists[path], "data": rows})
        if answer is not None and answer.is_success:
            taken = int(answer.json()["total_insert"])
            self.imported[campaign] = self.imported.get(campaign, 0) + taken

    def _edit(self, campaign: str, **changes: Any) -> None:  # Any: JSON
        asked_at = time.time()
        self._ask("PUT", f"/v3/campaign/{campaign}", changes)
        self.edits.append(Edit(subject=campaign, changes=changes, asked_at=asked_at, answered_at=time.time()))

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:  # Any: JSON
        """Send a request until it is answered; it waits as long as the tenant has sent too many."""
        while True:
            answer = self._request(method, path, body)
            if answer is not None and answer.is_success:
                return dict(answer.json())
            refused = answer is not None and answer.is_client_error and answer.status_code != TOO_MANY
            assert not refused, f"{method} {path}: {'' if answer is None else answer.text}"
            time.sleep(AGAIN_SECONDS)

    def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> httpx.Response | None:  # Any: JSON
        try:
            answer = self.api.request(method, path, json=body)
        except httpx.TransportError:
            return None
        self.statuses[answer.status_code] += 1
        return answer
