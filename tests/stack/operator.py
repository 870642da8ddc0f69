"""What an operator does over HTTP, and what the switch's own log says came of it."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from uuid import UUID

import pendulum
from sqlalchemy import create_engine, select

from tests.stack.running import Stack
from tests.stack.waiting import wait_until
from worker.domain.timing import VERDICT_HOLDS
from worker.simulator.log import Line
from worker.store.base.tables import calls

NAMES: Final = count(1)
ON_ITS_WAY_SECONDS: Final = VERDICT_HOLDS.total_seconds() + 0.1
"""A dial that was judged before a stop was answered may be read by the switch so much later on a busy machine."""
ZONE: Final = "Asia/Ho_Chi_Minh"
NETWORK_STARTS: Final = {"viettel": "0981", "mobi": "0901", "vina": "0911", "tel": "02873", "offnet": "0921"}
DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


CARRIER: Final[Mapping[str, Any]] = {  # Any: JSON
    "gateway_uuid": "0b7b5f0e-6a3e-4a53-9c0a-6a36a2b5a001",
    "caller_id": "02873003586",
    "dial_type": "sip_one_for_all",
    "concurrent_call": 30,
}
PATIENCE_SECONDS: Final = 180.0
"""Long enough for a busy machine; nothing is proved by how long it takes."""
AUTOCALL: Final[Mapping[str, Any]] = {"type": "autocall", "type_autocall": "autocall_voice_tts"}  # Any: JSON


@dataclass(frozen=True)
class Operator:
    """Sets campaigns up, edits them, and reads the log."""

    stack: Stack

    def carrier(self, **changed: Any) -> str:
        """Create a carrier with thirty channels, and return its id."""
        body = {"carrier_name": f"carrier {next(NAMES)}", **CARRIER, **changed}
        return str(self.stack.post("/v3/carrier", body)["carrier_uuid"])

    def put_carrier(self, carrier: str, **changes: Any) -> float:
        """PUT a change of a carrier, under a new name too; give the moment at which it was answered."""
        self.stack.put(f"/v3/carrier/{carrier}", {"carrier_name": f"carrier {next(NAMES)}", **changes})
        return time.time()

    def template(self) -> str:
        """Create a template, and return its id."""
        body = {"template_name": f"template {next(NAMES)}", "voice_type": "tts", "content": "Xin chào"}
        return str(self.stack.post("/v3/template", body)["template_uuid"])

    def campaign(self, *, carrier: str, **changed: Any) -> str:
        """Create a campaign that may call at any hour and calls nobody again."""
        campaign = self.new_campaign(f"campaign {next(NAMES)}")
        chosen = {
            "carrier_uuid": carrier,
            "template_uuid": self.template(),
            "concurrent_call": 5,
            "call_timeout": 10,
            "schedules": [],
            "recall_times": 0,
        }
        self.put(campaign, **(chosen | changed))
        return campaign

    def new_campaign(self, name: str) -> str:
        """Create a stopped campaign with default settings, and return its id."""
        return str(self.stack.post("/v3/campaign", {"campaign_name": name, **AUTOCALL})["campaign_uuid"])

    def new_list(self, campaign: str, *, name: str = "") -> str:
        """Create an empty list, and return its id."""
        body = {"campaign_uuid": campaign, "list_name": name or f"list {next(NAMES)}"}
        return str(self.stack.post("/v3/list", body)["list_uuid"])

    def add_leads(self, list_uuid: str, rows: Sequence[Mapping[str, Any]], **options: Any) -> int:
        """Import leads into a list, and return how many were new."""
        answer = self.stack.post("/v3/lead/multi", {"list_uuid": list_uuid, "data": rows, **options})
        return int(answer["total_insert"])

    def put(self, campaign: str, **changes: Any) -> float:
        """PUT a change; give the moment at which it was answered."""
        self.stack.put(f"/v3/campaign/{campaign}", changes)
        return time.time()

    def start(self, campaign: str) -> float:
        """Start a campaign; give the moment at which that was answered."""
        self.stack.post(f"/v3/campaign/{campaign}/run/start", {})
        return time.time()

    def import_leads(self, campaign: str, numbers: Sequence[str], **options: Any) -> str:
        """Import numbers into a new list, and return its id; none of them may be refused."""
        list_uuid = self.new_list(campaign)
        rows = [{"phone_number": number, "lead_name": f"Nguyễn Văn {number[-1]}"} for number in numbers]
        assert self.add_leads(list_uuid, rows, **options) == len(numbers)
        return list_uuid

    def monitor(self, campaign: str) -> dict[str, Any]:
        """Read a campaign's numbers."""
        return self.stack.get(f"/v3/campaign/{campaign}/monitor")

    def reasons(self, campaign: str) -> dict[str, dict[str, Any]]:
        """Ask why a campaign does not dial (more); give the reasons by code."""
        return {why["code"]: why for why in self.stack.get(f"/v3/campaign/{campaign}/why")["reasons"]}

    def wait_until_over(self, campaign: str, *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until nobody is left to be called and nobody is being called."""
        wait_until(lambda: self._is_over(campaign), seconds=seconds)

    def _is_over(self, campaign: str) -> bool:
        numbers = self.monitor(campaign)
        return (numbers["total_remain"], numbers["total_incall"]) == (0, 0)

    def lines(self, campaign: str) -> list[Line]:
        """Read what the switch carried for a campaign."""
        return [line for line in self.stack.carried() if line.campaign == campaign]

    def dials(self, campaign: str) -> list[Line]:
        """Read the campaign's dials, in order."""
        return [line for line in self.lines(campaign) if line.event == "originated"]

    def dial_times(self, campaign: str) -> list[float]:
        """Return when each call of the campaign was judged and dialled, by the database, in order."""
        engine = create_engine(self.stack.database_url)
        with engine.connect() as connection:
            judged = (
                select(calls.c.dialing_at).where(calls.c.campaign_id == UUID(campaign)).order_by(calls.c.dialing_at)
            )
            moments = [at.timestamp() for at in connection.scalars(judged) if at is not None]
        engine.dispose()
        return moments

    def wait_for_dials(self, campaign: str, *, dials: int, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until the switch has been told to dial so often for the campaign."""
        wait_until(lambda: len(self.dials(campaign)) >= dials, seconds=seconds)


def numbers_of(network: str, *, count: int, last_digit: str = "0", series: int = 0) -> list[str]:
    """Give numbers of a network; their last digit says how the simulated switch treats them."""
    start = NETWORK_STARTS[network]
    digits = (11 if network == "tel" else 10) - len(start) - 2
    return [f"{start}{series % 10}{number:0{digits}d}{last_digit}" for number in range(count)]


def network_of(line: Line) -> str:
    """Name the network of a dialled number that ``numbers_of`` made."""
    return next(name for name, start in NETWORK_STARTS.items() if line.number.startswith(start))


def week(opens: float, closes: float) -> Mapping[str, int]:
    """Make a schedule row that is open each day between the times of day of two moments; over midnight if need be."""
    edges = {"start": _nanoseconds(opens), "end": _nanoseconds(closes)}
    return {f"{day}_{edge}_time": at for day in DAYS for edge, at in edges.items()}


def _nanoseconds(moment: float) -> int:
    local = pendulum.from_timestamp(moment, tz=ZONE)
    return (((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond) * 1000


def busiest(lines: Iterable[Line], *, seconds: float) -> int:
    """Give the most dials that any time of this length saw, wherever it begins."""
    moments = sorted(line.at for line in lines if line.event == "originated")
    return max((sum(first <= at < first + seconds for at in moments) for first in moments), default=0)


def most_up(lines: Iterable[Line], *, since: float = 0, until: float = float("inf")) -> int:
    """Give the most calls that were up at one moment of a period."""
    up: set[str] = set()
    most = 0
    for line in lines:
        if line.event == "originated":
            up.add(line.call)
        elif line.event == "hangup":
            up.discard(line.call)
        if since <= line.at < until:
            most = max(most, len(up))
    return most
