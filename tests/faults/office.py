"""What the operator does during a run: sets campaigns up, keeps them in leads, edits them, and notes when each held."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from math import inf
from random import Random
from threading import Event, Thread
from typing import Any, Final

from tests.faults.evidence import Edit, Listing
from tests.stack.operator import AUTOCALL, CARRIER, NETWORK_STARTS, Operator, week

NETWORKS: Final = tuple(NETWORK_STARTS)
RECALLED: Final = ["busy", "no-answered", "not-available", "congestion", "failed"]
FEW_LEADS: Final = 20
MORE_LEADS: Final = 30
MANY_CALLS: Final = 40
MANY_CHANNELS: Final = 100
STOCK: Final = 4
"""Of a steady campaign so many times more leads wait: something is due, whatever lasts how long."""
LOOK_SECONDS: Final = 1.0
CARRIERS: Final[Mapping[str, Mapping[str, Any]]] = {  # Any: JSON
    "first": {
        "concurrent_call": 24,
        "calls_per_second": 16,
        "network": {"viettel": 8, "mobi": 8, "vina": 6, "tel": 4, "offnet": 4},
    },
    "second": {
        "concurrent_call": 20,
        "calls_per_second": 0,
        "longest_call_seconds": 20,
        "network": {"viettel": 6, "mobi": 6, "vina": 6, "tel": 4, "offnet": 4},
    },
    "long": {"concurrent_call": 10, "longest_call_seconds": 400},
}
GATEWAYS: Final = ("gateway-first", "gateway-second")
"""Those whose trunks are hit by faults."""
CAMPAIGNS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {  # Any: JSON
    "steady": ("first", {"concurrent_call": 4, "recall_times": 1}),
    "direct": ("first", {"concurrent_call": 8, "recall_times": 2}),
    "serial": ("first", {"concurrent_call": 12, "mode_call": "serial", "recall_times": 1}),
    "edited": ("first", {"concurrent_call": 7, "recall_times": 1, "priority_recall": "recall"}),
    "steady too": ("second", {"concurrent_call": 4, "recall_times": 1}),
    "other serial": ("second", {"concurrent_call": 9, "mode_call": "serial", "recall_times": 1}),
    "parralel": (
        "second",
        {
            "concurrent_call": 10,
            "mode_call": "parralel",
            "network": {"viettel": 3, "mobi": 3, "vina": 2, "tel": 1, "offnet": 1},
            "recall_times": 0,
        },
    ),
    "windowed": ("second", {"concurrent_call": 6, "network": {"viettel": 3}, "recall_times": 1}),
    "long": ("long", {"concurrent_call": 8, "recall_times": 1}),
}
WINDOWED: Final = ("windowed", "direct", "other serial")
"""Their windows end and open all the time."""
BARRED: Final = 10
"""So many numbers at a time are put on do-not-call; half of those before are taken off, and imported again."""
STEADY: Final = ("steady", "steady too")
"""Nobody edits them while faults go on: while leads wait in them, something is due on their carrier."""


@dataclass
class Office:
    """The operator; a thread of its own keeps at it while the faults happen."""

    operator: Operator
    """Of a patient stack: whatever is asked here may be asked twice."""
    callback_url: str
    chance: Random
    tenant: str = ""
    edits: list[Edit] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    imported: dict[str, int] = field(default_factory=dict)
    campaigns: dict[str, str] = field(default_factory=dict)
    carriers: dict[str, str] = field(default_factory=dict)
    _barred: list[str] = field(default_factory=list)
    _lifted: list[str] = field(default_factory=list)
    _numbers: dict[str, list[str]] = field(default_factory=dict)
    _lists: dict[str, str] = field(default_factory=dict)
    _series: "count[int]" = field(default_factory=count)

    def set_up(self) -> None:
        """Make the carriers and campaigns, import their first leads, and start them."""
        self.tenant = str(self.operator.stack.get("/v3/tenant")["domain_uuid"])
        script = self.operator.template()
        for name, settings in CARRIERS.items():
            self.carriers[name] = self._make_carrier(name, settings)
        for name, (carrier, settings) in CAMPAIGNS.items():
            self.campaigns[name] = self._make_campaign(name, settings, carrier=self.carriers[carrier], script=script)
        for name in (*self.campaigns, *(STOCK * STEADY)):
            self._import(name)
        for campaign in self.campaigns.values():
            self._edit(f"/v3/campaign/{campaign}", subject=campaign, status="start")

    def work(self, until: Event, *, imports_for: float = inf) -> Thread:
        """Edit the campaigns until it is enough, and keep them in leads for so many seconds."""
        imports_until = time.monotonic() + imports_for
        thread = Thread(target=self._work, args=(until,), kwargs={"imports_until": imports_until}, daemon=True)
        thread.start()
        return thread

    def _work(self, until: Event, *, imports_until: float) -> None:
        next_edit = time.monotonic() + self.chance.uniform(2, 5)
        while not until.wait(LOOK_SECONDS):
            for name in self.campaigns if time.monotonic() < imports_until else ():
                if self._remain(name) < FEW_LEADS * (STOCK if name in STEADY else 1):
                    self._import(name)
            if time.monotonic() > next_edit:
                self._lift()
                self._bar()
                for name in WINDOWED:
                    self._shut(name)
                self.chance.choice((self._stop_a_while, self._fewer_calls, self._narrow_carrier))()
                next_edit = time.monotonic() + self.chance.uniform(3, 8)

    def _stop_a_while(self) -> None:
        """Stop, pause or gate a campaign for some seconds."""
        campaign = self.campaigns["edited"]
        change = self.chance.choice(({"status": "stop"}, {"status": "pause"}, {"active": False}))
        self._edit(f"/v3/campaign/{campaign}", subject=campaign, **change)
        time.sleep(self.chance.uniform(1, 4))
        self._edit(f"/v3/campaign/{campaign}", subject=campaign, active=True)
        self._edit(f"/v3/campaign/{campaign}", subject=campaign, status="start")

    def _fewer_calls(self) -> None:
        """Lower a campaign's limit for some seconds."""
        name = self.chance.choice(("direct", "serial", "parralel"))
        campaign, usual = self.campaigns[name], CAMPAIGNS[name][1]["concurrent_call"]
        self._edit(f"/v3/campaign/{campaign}", subject=campaign, concurrent_call=self.chance.randint(0, 2))
        time.sleep(self.chance.uniform(1, 4))
        self._edit(f"/v3/campaign/{campaign}", subject=campaign, concurrent_call=usual)

    def _narrow_carrier(self) -> None:
        """Lower a carrier's limit for some seconds."""
        name = self.chance.choice(tuple(CARRIERS))
        carrier, usual = self.carriers[name], CARRIERS[name]["concurrent_call"]
        self._edit(f"/v3/carrier/{carrier}", subject=carrier, carrier_name=name, concurrent_call=usual // 2)
        time.sleep(self.chance.uniform(1, 4))
        self._edit(f"/v3/carrier/{carrier}", subject=carrier, carrier_name=name, concurrent_call=usual)

    def _shut(self, name: str) -> None:
        """Let a window end soon, and the next open some seconds later."""
        now, campaign = time.time(), self.campaigns[name]
        rows = [dict(week(now - 3600, now + 3)), dict(week(now + 6, now + 6 * 3600))]
        self._edit(f"/v3/campaign/{campaign}", subject=campaign, schedules=rows)

    def _bar(self) -> None:
        """Put some numbers on do-not-call, waiting, being called or done as they may be."""
        numbers = self.chance.sample(self._numbers[self.chance.choice(tuple(self.campaigns))][-MORE_LEADS:], BARRED)
        listed = {"blacklist": [{"phone_number": number} for number in numbers]}
        self.operator.stack.post("/v1/blacklist", listed)
        at = time.time()
        self.listings += [Listing(tenant=self.tenant, phone=number, answered_at=at) for number in numbers]
        self._barred = numbers

    def _lift(self) -> None:
        """Take half of the numbers that were barred last off do-not-call; the next import has them again."""
        numbers = self._barred[::2]
        if not numbers:
            return
        at = time.time()
        self.operator.stack.ask("DELETE", "/v1/blacklist", json={"blacklist": numbers})
        self.listings = [
            replace(one, lifted_at=at) if one.phone in numbers and one.lifted_at is None else one
            for one in self.listings
        ]
        self._lifted += numbers

    def open_all(self) -> None:
        """Let everything be dialled that is left, and what would take longest, faster."""
        for name in WINDOWED:
            campaign = self.campaigns[name]
            self._edit(f"/v3/campaign/{campaign}", subject=campaign, schedules=[])
        for name, carrier in self.carriers.items():
            wide = _wide(CARRIERS[name], channels=MANY_CHANNELS)
            self._edit(f"/v3/carrier/{carrier}", subject=carrier, carrier_name=name, **wide)
        for name, campaign in self.campaigns.items():
            self._edit(f"/v3/campaign/{campaign}", subject=campaign, **_wide(CAMPAIGNS[name][1], channels=MANY_CALLS))

    def _make_carrier(self, name: str, settings: Mapping[str, Any]) -> str:  # Any: JSON
        body = {**CARRIER, "carrier_name": name, "gateway_uuid": f"gateway-{name}", **settings}
        asked_at = time.time()
        carrier = self.operator.carrier(**body)
        self.edits.append(Edit(subject=carrier, changes=body, asked_at=asked_at, answered_at=time.time()))
        return carrier

    def _make_campaign(self, name: str, settings: Mapping[str, Any], *, carrier: str, script: str) -> str:  # Any: JSON
        chosen: dict[str, Any] = {  # Any: JSON
            "carrier_uuid": carrier,
            "template_uuid": script,
            "call_timeout": 20,
            "schedules": [_open_for_long()] if name in WINDOWED else [],
            "recall_status": RECALLED,
            "schedule_recall": "after",
            "callback_url": self.callback_url,
            **settings,
        }
        asked_at = time.time()
        campaign = self.operator.new_campaign(name)
        self.operator.put(campaign, **chosen)
        changes = {"status": "stop", "active": True, "campaign_name": name, **AUTOCALL, **chosen}
        self.edits.append(Edit(subject=campaign, changes=changes, asked_at=asked_at, answered_at=time.time()))
        self._numbers[name] = []
        self._lists[name] = self.operator.new_list(campaign, name=name)
        return campaign

    def _import(self, name: str) -> None:
        numbers, self._lifted = [*numbers_of(next(self._series)), *self._lifted], []
        taken = self.operator.add_leads(self._lists[name], [{"phone_number": number} for number in numbers])
        campaign = self.campaigns[name]
        self.imported[campaign] = self.imported.get(campaign, 0) + taken
        self._numbers[name] += numbers

    def _remain(self, name: str) -> int:
        return int(self.operator.monitor(self.campaigns[name])["total_remain"])

    def _edit(self, path: str, *, subject: str, **changes: Any) -> None:  # Any: JSON
        asked_at = time.time()
        self.operator.stack.put(path, changes)
        self.edits.append(Edit(subject=subject, changes=changes, asked_at=asked_at, answered_at=time.time()))


def _wide(settings: Mapping[str, Any], *, channels: int) -> dict[str, Any]:  # Any: JSON
    """Return changes that give so many channels, and as many of each network that is limited."""
    networks = {"network": dict.fromkeys(settings["network"], channels)} if "network" in settings else {}
    return {"concurrent_call": channels, **networks}


def _open_for_long() -> dict[str, int]:
    """Return a window that no run outlasts: a dial in it is held against its hours."""
    now = time.time()
    return dict(week(now - 3600, now + 6 * 3600))


def numbers_of(batch: int) -> Sequence[str]:
    """Give a batch of numbers of all networks that no other batch has."""
    numbers = []
    for place in range(MORE_LEADS):
        start = NETWORK_STARTS[NETWORKS[place % len(NETWORKS)]]
        digits = (11 if start.startswith("02") else 10) - len(start)
        numbers.append(f"{start}{batch * MORE_LEADS + place:0{digits}d}")
    return numbers
