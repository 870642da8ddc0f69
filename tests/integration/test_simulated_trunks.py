"""The simulated switch's trunks fail as the recorded ones did, and the adapter reads both alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.recordings import recorded_events
from tests.integration.switch_calls import CLOCK, SOON, a_call, read_until, tell
from tests.stack.switch import SwitchProcess
from worker.domain.call import CallEvent, HungUp, Refused, Unreached
from worker.domain.trunk import TrunkResult
from worker.domain.trunk_result import trunk_result_of, trunk_result_of_refusal
from worker.simulator.options import SimulatorOptions
from worker.telephony.connection import Connection, open_connection
from worker.telephony.esl import SwitchEvent, event_of
from worker.telephony.events import SwitchEvents
from worker.telephony.switch import Switches

FAR_SIDE = {
    "Hangup-Cause",
    "Caller-Network-Addr",
    "variable_sip_reply_host",
    "variable_sip_reply_port",
    "variable_sip_network_ip",
    "variable_sip_network_port",
    "variable_sip_term_status",
    "variable_sip_term_cause",
    "variable_sip_invite_failure_status",
    "variable_sip_invite_failure_phrase",
    "variable_sip_hangup_disposition",
    "variable_hangup_cause_q850",
    "variable_proto_specific_hangup_cause",
    "variable_progress_uepoch",
}


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[SwitchProcess]:
    options = SimulatorOptions(by_last_digit=True, speed=100, log_path=tmp_path / "switch.jsonl", gateways=("g1",))
    with SwitchProcess(options) as process:
        yield process


@pytest.mark.parametrize(
    ("state", "timeout", "recording"),
    [
        ("dead", 20, "json-dead-trunk-local-503"),
        ("silent", 6, "json-trunk-silent-originate-timeout"),
        ("silent", 60, "json-trunk-silent-408-after-32s"),
        ("failing", 20, "json-service-unavailable-503"),
        ("congested", 20, "json-503-reason-34-retry-after"),
    ],
)
def test_the_far_side_of_an_end_is_told_as_recorded(
    switch: SwitchProcess, state: str, timeout: int, recording: str
) -> None:
    tell(switch, f"api trunk g1 {state}")

    told = _hangup(_events_of_a_call(switch, timeout_seconds=timeout))

    recorded = _hangup(recorded_events(recording))
    assert {name: told.get(name) for name in FAR_SIDE} == {name: recorded.get(name) for name in FAR_SIDE}


@pytest.mark.parametrize(
    ("state", "kind", "cause", "why"),
    [
        ("down", Refused, "GATEWAY_DOWN", "gateway_down"),
        ("dead", Unreached, "NORMAL_TEMPORARY_FAILURE", "no_reply"),
        ("silent", Unreached, "NO_ANSWER", "no_reply"),
        ("failing", HungUp, "NORMAL_TEMPORARY_FAILURE", ""),
        ("congested", HungUp, "NORMAL_CIRCUIT_CONGESTION", ""),
    ],
)
def test_each_state_of_a_trunk_is_what_the_adapter_reads(
    switch: SwitchProcess, state: str, kind: type[CallEvent], cause: str, why: str
) -> None:
    tell(switch, f"api trunk g1 {state}")
    switches, source = Switches([switch.url], clock=CLOCK), SwitchEvents(switch.url, clock=CLOCK)
    source.read()

    switches.place([a_call(number="0981234560")], switch=switch.url.name, until=SOON)
    (event,) = read_until(source, bool)
    switches.close()
    source.close()

    assert isinstance(event, kind)
    end = event.hung_up if isinstance(event, Unreached) else event
    assert isinstance(end, HungUp | Refused)
    assert (end.cause, end.dial) == (cause, 1)
    result = trunk_result_of(end.end) if isinstance(end, HungUp) else trunk_result_of_refusal(end.cause)
    assert result == TrunkResult(cause)
    assert switch.log()[-1].why == why


def test_a_trunk_that_is_up_again_carries_calls_and_another_state_is_refused(switch: SwitchProcess) -> None:
    tell(switch, "api trunk g1 dead")
    tell(switch, "api trunk g1 up")
    connection = open_connection(switch.url)

    answer = connection.command("api originate {originate_timeout=9}sofia/gateway/g1/0981234560 &park()")

    assert answer.text.startswith("+OK")
    assert connection.command("api trunk g1 asleep").text.startswith("-USAGE")
    connection.close()


def test_a_call_that_we_kill_before_any_reply_blames_nobody(switch: SwitchProcess) -> None:
    tell(switch, "api trunk g1 silent")
    switches, source = Switches([switch.url], clock=CLOCK), SwitchEvents(switch.url, clock=CLOCK)
    source.read()
    call = a_call(timeout_seconds=600)
    switches.place([call], switch=switch.url.name, until=SOON)

    switches.end(call.call_id, switch=switch.url.name, cause="NORMAL_CLEARING")
    (end,) = read_until(source, bool)
    switches.close()
    source.close()

    assert isinstance(end, HungUp)
    assert (end.cause, trunk_result_of(end.end)) == ("NORMAL_CLEARING", None)


def _events_of_a_call(switch: SwitchProcess, *, timeout_seconds: int) -> list[SwitchEvent]:
    connection: Connection = open_connection(switch.url)
    connection.command("event json CHANNEL_HANGUP_COMPLETE")
    variables = f"origination_uuid=11111111-1111-4111-8111-111111111111,originate_timeout={timeout_seconds}"
    connection.command(f"bgapi originate {{{variables}}}sofia/gateway/g1/0981234560 &park()")
    events: list[SwitchEvent] = []
    while not events:
        events = [event_of(frame) for frame in connection.frames(within=5.0) if frame.is_event]
    connection.close()
    return events


def _hangup(events: list[SwitchEvent]) -> SwitchEvent:
    return next(event for event in events if event["Event-Name"] == "CHANNEL_HANGUP_COMPLETE")
