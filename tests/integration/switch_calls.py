"""Calls to place on the simulated switch, and what came of them."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pendulum

from tests.fakes.clock import FakeClock
from tests.stack.switch import SwitchProcess
from worker.domain.call import CallEvent, HungUp
from worker.domain.ids import CallId, CampaignId, LeadId
from worker.ports.dispatch.telephony import Origination
from worker.telephony.connection import open_connection
from worker.telephony.events import SwitchEvents

LISTENING = pendulum.datetime(2026, 11, 23, 4)
CLOCK = FakeClock(LISTENING)
SOON = LISTENING.add(seconds=10)
CAMPAIGN = CampaignId(UUID(int=7))


def a_call(
    *,
    number: str = "0981234561",
    gateway: str = "g1",
    caller_id: str = "02873003586",
    timeout_seconds: int = 20,
    longest_call_seconds: int = 900,
    dial: int = 1,
) -> Origination:
    return Origination(
        call_id=CallId(uuid4()),
        campaign_id=CAMPAIGN,
        lead_id=LeadId(uuid4()),
        run_id=None,
        gateway=gateway,
        destination=number,
        caller_id=caller_id,
        timeout_seconds=timeout_seconds,
        longest_call_seconds=longest_call_seconds,
        dial=dial,
    )


def ends(news: list[CallEvent]) -> dict[CallId, HungUp]:
    return {event.call_id: event for event in news if isinstance(event, HungUp)}


def read_until(source: SwitchEvents, enough: Callable[[list[CallEvent]], bool], *, reads: int = 200) -> list[CallEvent]:
    news: list[CallEvent] = []
    for _ in range(reads):
        news += source.read()
        if enough(news):
            return news
    raise AssertionError(f"only these events came: {news}")


def read_while(source: SwitchEvents, unchanged: Callable[[], bool], *, reads: int = 200) -> None:
    for _ in range(reads):
        if not unchanged():
            return
        source.read()
    raise AssertionError("nothing changed")


def tell(switch: SwitchProcess, command: str) -> None:
    connection = open_connection(switch.url)
    assert connection.command(command).text.startswith("+OK")
    connection.close()
