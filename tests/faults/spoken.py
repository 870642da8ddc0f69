"""Campaigns that speak: a debt reminder with keys and an opt-out, to numbers that are called again, and one-time codes.

They are the first tenant's, on a carrier and a gateway of their own.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random
from threading import Event, Thread
from typing import Any, Final

from tests.faults.evidence import Edit
from tests.faults.office import RECALLED, numbers_of
from tests.faults.switchboard import SPOKEN
from tests.stack.operator import AUTOCALL, CARRIER, Operator
from tests.stack.reading import AMOUNTS, LETTERS, TEMPLATE, Debtor

NAME: Final = "spoken"
CAMPAIGNS: Final[Mapping[str, Mapping[str, Any]]] = {  # Any: JSON
    "reminder": {"concurrent_call": 8, "recall_times": 1, "recall_status": [*RECALLED, "failed"]},
    "reminder again": {"concurrent_call": 4, "recall_times": 0},
}
"""The second one calls numbers of the first again, but for those that asked for no more calls."""
CHANNELS: Final = 10
LONGEST_SECONDS: Final = 600
"""Longer than any conversation: the switch's bounds of these calls pass as our seconds do."""
PAUSE_SECONDS: Final = 1.5
FEW_LEADS: Final = 10
FIRST_BATCH: Final = 27_000
"""Numbers that nobody else calls."""
CALLED_AGAIN: Final = 4
CODE_DIGITS: Final = 12
"""So many that no other digits of a log are the same by chance."""
CODE_EVERY: Final = 3
ANNOUNCED: Final = "Mã xác thực của quý khách là"
CODE_TEMPLATE: Final = {
    "template_name": "code",
    "voice_type": "tts",
    "voice_tts": TEMPLATE["voice_tts"],
    "content": f"{ANNOUNCED} {{{{code_otp}}}}",
}
FIRST_DAY: Final = date(2026, 1, 1)
DAYS: Final = 700


@dataclass
class Caller:
    """Whoever runs these campaigns; a thread of its own keeps them in leads while the faults happen."""

    operator: Operator
    """Of a patient stack."""
    callback_url: str
    chance: Random
    edits: list[Edit] = field(default_factory=list)
    imported: dict[str, int] = field(default_factory=dict)
    debtors: dict[str, Debtor] = field(default_factory=dict)
    """By number."""
    codes: dict[str, str] = field(default_factory=dict)
    """By number."""
    campaigns: dict[str, str] = field(default_factory=dict)
    _lists: dict[str, str] = field(default_factory=dict)
    _batches: "count[int]" = field(default_factory=lambda: count(FIRST_BATCH))
    _fresh: list[str] = field(default_factory=list)
    _rounds: "count[int]" = field(default_factory=count)

    def set_up(self) -> None:
        """Make the carrier, the templates and the campaigns with their first leads, and start them."""
        settings = {**CARRIER, "carrier_name": NAME, "gateway_uuid": SPOKEN, "concurrent_call": CHANNELS,
                    "longest_call_seconds": LONGEST_SECONDS}  # fmt: skip
        carrier = self.operator.carrier(**settings)
        post = self.operator.stack.post
        script = str(post("/v3/template", {"template_name": NAME, **TEMPLATE})["template_uuid"])
        post("/v3/template", CODE_TEMPLATE)
        for name, chosen in CAMPAIGNS.items():
            self._make_campaign(name, carrier=carrier, script=script, chosen=chosen)
        self._import_new()

    def work(self, until: Event) -> Thread:
        """Keep at it until it is enough."""
        thread = Thread(target=self._work, args=(until,), daemon=True)
        thread.start()
        return thread

    def open_all(self) -> None:
        """Let all be called that are left, faster."""
        for campaign in self.campaigns.values():
            self._edit(campaign, concurrent_call=CHANNELS)

    def _work(self, until: Event) -> None:
        while not until.wait(PAUSE_SECONDS):
            if self._remain("reminder") < FEW_LEADS:
                self._import_new()
            if next(self._rounds) % CODE_EVERY == 0:
                self._send_code()
            self._call_again()

    def _make_campaign(self, name: str, *, carrier: str, script: str, chosen: Mapping[str, Any]) -> None:  # Any: JSON
        settings: dict[str, Any] = {  # Any: JSON
            "carrier_uuid": carrier,
            "template_uuid": script,
            "call_timeout": 20,
            "schedules": [],
            "recall_status": RECALLED,
            "schedule_recall": "after",
            "callback_url": self.callback_url,
            **chosen,
        }
        asked_at = time.time()
        campaign = self.campaigns[name] = self.operator.new_campaign(name)
        self.operator.put(campaign, **settings)
        changes = {"status": "stop", "active": True, "campaign_name": name, **AUTOCALL, **settings}
        self.edits.append(Edit(subject=campaign, changes=changes, asked_at=asked_at, answered_at=time.time()))
        self._lists[name] = self.operator.new_list(campaign, name=name)
        self._edit(campaign, status="start")

    def _import_new(self) -> None:
        numbers = numbers_of(next(self._batches))
        new = [self._debtor(number) for number in numbers]
        self.debtors |= {debtor.phone: debtor for debtor in new}
        self._import("reminder", new)
        self._fresh += numbers

    def _call_again(self) -> None:
        """Give some numbers that may have been called by now to the other campaign, each once."""
        taken = max(0, min(CALLED_AGAIN, len(self._fresh) - 2 * FEW_LEADS))
        numbers, self._fresh = self._fresh[:taken], self._fresh[taken:]
        if numbers:
            self._import("reminder again", [self.debtors[number] for number in numbers])

    def _import(self, name: str, debtors: Sequence[Debtor]) -> None:
        taken = self.operator.add_leads(self._lists[name], [debtor.row for debtor in debtors])
        campaign = self.campaigns[name]
        self.imported[campaign] = self.imported.get(campaign, 0) + taken

    def _send_code(self) -> None:
        """Send one code; a number gets one only, by which it is told from others."""
        number = numbers_of(next(self._batches))[0]
        code = self.codes[number] = "".join(self.chance.choices("0123456789", k=CODE_DIGITS))
        asked = {"campaign_uuid": self.campaigns["reminder"], "template": "code", "code_otp": code}
        self.operator.stack.post("/v3/autocall/otp", {**asked, "phone_number": number})

    def _debtor(self, number: str) -> Debtor:
        letter = self.chance.choice(LETTERS)
        amount = self.chance.choice((*AMOUNTS, self.chance.randrange(1, 10**9)))
        due = FIRST_DAY + timedelta(days=self.chance.randrange(DAYS))
        name = f"Nguyễn Th{letter}m {self.chance.choice('ABCDEGHKLMNPQRSTVXY')}{letter}n"
        return Debtor(phone=number, name=name, amount=amount, due=due, is_iso=True)

    def _remain(self, name: str) -> int:
        return int(self.operator.monitor(self.campaigns[name])["total_remain"])

    def _edit(self, campaign: str, **changes: Any) -> None:  # Any: JSON
        asked_at = time.time()
        self.operator.stack.put(f"/v3/campaign/{campaign}", changes)
        self.edits.append(Edit(subject=campaign, changes=changes, asked_at=asked_at, answered_at=time.time()))
