"""The adapter against the simulated switch, over the loopback."""

import os
import threading

import pytest

from tests.builders import shipped_outcome
from tests.integration.switch_calls import CAMPAIGN, CLOCK, LISTENING, SOON, a_call, ends, read_until, read_while, tell
from tests.stack.switch import SwitchProcess
from tests.stack.waiting import wait_until
from worker.clock import SystemClock
from worker.domain.call import Answered, HungUp, Outcome, Refused, Ringing
from worker.ports.dispatch.telephony import Placed
from worker.simulator.log import dials_by_call, peak
from worker.simulator.options import SimulatorOptions
from worker.telephony.events import SwitchEvents
from worker.telephony.switch import Switches


def test_a_process_that_stops_dials_nobody(switch: SwitchProcess) -> None:
    stops: list[bool] = []
    adapter = Switches([switch.url], clock=CLOCK, chance=lambda: 0.0, is_stopping=lambda: bool(stops))
    before, after = a_call(), a_call()

    adapter.place([before], switch=switch.url.name, until=SOON)
    stops.append(True)
    placed = adapter.place([after], switch=switch.url.name, until=SOON)
    adapter.close()

    assert placed == Placed(frozenset({after.call_id}))
    wait_until(lambda: str(before.call_id) in dials_by_call(switch.log()), seconds=5)
    assert dials_by_call(switch.log()) == {str(before.call_id): 1}


def test_each_last_digit_ends_as_the_switch_says(
    switch: SwitchProcess, switches: Switches, events: SwitchEvents
) -> None:
    calls = {digit: a_call(number=f"098123456{digit}") for digit in "0123456789"}

    undialled = switches.place(list(calls.values()), switch=switch.url.name, until=SOON).undialled
    news = read_until(events, lambda news: len(ends(news)) == len(calls))

    assert undialled == set()
    assert {digit: shipped_outcome(ends(news)[call.call_id].end) for digit, call in calls.items()} == {
        "0": Outcome.ANSWERED,
        "1": Outcome.BUSY,
        "2": Outcome.NO_ANSWERED,
        "3": Outcome.NOT_AVAILABLE,
        "4": Outcome.INVALID_NUMBER,
        "5": Outcome.CONGESTION,
        "6": Outcome.BUSY,
        "7": Outcome.CONGESTION,
        "8": Outcome.PHONE_BLOCK,
        "9": Outcome.VOICEMAIL,
    }
    assert set(dials_by_call(switch.log()).values()) == {1}


def test_an_answered_call_rings_is_answered_and_ends(
    switch: SwitchProcess, switches: Switches, events: SwitchEvents
) -> None:
    call = a_call(number="0981234560", caller_id="02873003586")
    switches.place([call], switch=switch.url.name, until=SOON)

    news = read_until(events, lambda news: bool(ends(news)))

    assert [type(event) for event in news] == [Ringing, Answered, HungUp]
    end = ends(news)[call.call_id]
    assert (end.cause, end.hangup_disposition) == ("NORMAL_CLEARING", "recv_bye")
    assert end.ringing_at is not None
    assert end.answered_at is not None
    assert end.started_at <= end.ringing_at <= end.answered_at <= end.ended_at
    assert {line.caller_id for line in switch.log() if line.call} == {"02873003586"}
    assert {line.campaign for line in switch.log() if line.call} == {str(CAMPAIGN)}


def test_a_ringing_call_is_up_until_we_end_it(switch: SwitchProcess, switches: Switches, events: SwitchEvents) -> None:
    call = a_call(number="0981234562", timeout_seconds=600)
    switches.place([call], switch=switch.url.name, until=SOON)
    read_until(events, bool)

    up = switches.up(switch.url.name)
    switches.end(call.call_id, switch=switch.url.name, cause="NORMAL_CLEARING")
    news = read_until(events, lambda news: bool(ends(news)))

    assert up == {call.call_id}
    assert shipped_outcome(ends(news)[call.call_id].end) is Outcome.NO_ANSWERED
    assert ends(news)[call.call_id].hangup_disposition == "send_cancel"
    assert switches.up(switch.url.name) == set()


def test_calls_whose_begin_is_awaited_have_begun(switch: SwitchProcess, switches: Switches) -> None:
    for number in range(20):
        call = a_call(number=f"09812345{number:02d}")
        switches.place([call], switch=switch.url.name, until=SOON, awaits_begin=True)

        assert dials_by_call(switch.log())[str(call.call_id)] == 1


def test_a_call_that_talks_longer_than_it_may_is_ended_by_the_switch_and_was_answered(
    switch: SwitchProcess, switches: Switches, events: SwitchEvents
) -> None:
    call = a_call(number="0981234560", longest_call_seconds=1)  # talks three seconds
    switches.place([call], switch=switch.url.name, until=SOON)

    news = read_until(events, lambda news: bool(ends(news)))

    end = ends(news)[call.call_id]
    assert (end.cause, end.hangup_disposition) == ("ALLOTTED_TIMEOUT", "send_bye")
    assert shipped_outcome(end.end) is Outcome.ANSWERED


def test_a_call_can_be_ended_later(switch: SwitchProcess, switches: Switches, events: SwitchEvents) -> None:
    call = a_call(number="0981234562", timeout_seconds=600)
    switches.place([call], switch=switch.url.name, until=SOON)
    read_until(events, bool)

    tell(switch, f"api sched_hangup +1 {call.call_id} NORMAL_CLEARING")
    news = read_until(events, lambda news: bool(ends(news)))

    assert ends(news)[call.call_id].cause == "NORMAL_CLEARING"


def test_a_full_switch_refuses_and_nobody_is_dialled(
    switch: SwitchProcess, switches: Switches, events: SwitchEvents
) -> None:
    tell(switch, "api fsctl max_sessions 1")
    first, second = a_call(number="0981234562", timeout_seconds=600), a_call(number="0981234562")

    undialled = switches.place([first, second], switch=switch.url.name, until=SOON).undialled
    news = read_until(events, lambda news: any(isinstance(event, Refused) for event in news))

    assert undialled == set()
    assert [e for e in news if isinstance(e, Refused)] == [
        Refused(second.call_id, "DESTINATION_OUT_OF_ORDER", LISTENING, dial=1)
    ]
    assert second.call_id not in dials_by_call(switch.log())
    assert peak(switch.log()) == 1


def test_a_gateway_that_does_not_exist_is_a_refusal(
    switch: SwitchProcess, switches: Switches, events: SwitchEvents
) -> None:
    call = a_call(gateway="nowhere", dial=3)
    switches.place([call], switch=switch.url.name, until=SOON)

    news = read_until(events, bool)

    assert news == [Refused(call.call_id, "INVALID_GATEWAY", LISTENING, dial=3)]


def test_a_first_connection_waits_for_nobody(switch: SwitchProcess, switches: Switches) -> None:
    assert switches.reachable(among=[switch.url.name]) == {switch.url.name}
    assert switches.place([a_call()], switch=switch.url.name, until=SOON).undialled == set()


def test_calls_that_were_judged_too_long_ago_are_not_sent(switch: SwitchProcess, switches: Switches) -> None:
    calls = [a_call(), a_call()]

    undialled = switches.place(calls, switch=switch.url.name, until=LISTENING).undialled
    switches.up(switch.url.name)

    assert undialled == {call.call_id for call in calls}
    assert dials_by_call(switch.log()) == {}


def test_a_call_that_cannot_be_said_does_not_keep_the_others(switch: SwitchProcess, switches: Switches) -> None:
    good, bad = a_call(), a_call(gateway="no gateway")

    undialled = switches.place([bad, good], switch=switch.url.name, until=SOON).undialled

    assert undialled == {bad.call_id}


def test_many_threads_share_one_line(switch: SwitchProcess, switches: Switches) -> None:
    calls = [[a_call(number="0981234562", timeout_seconds=600) for _ in range(20)] for _ in range(8)]
    threads = [
        threading.Thread(target=switches.place, args=(batch,), kwargs={"switch": switch.url.name, "until": SOON})
        for batch in calls
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert switches.up(switch.url.name) == {call.call_id for batch in calls for call in batch}


def test_a_forked_process_uses_a_connection_of_its_own(switch: SwitchProcess, switches: Switches) -> None:
    switches.up(switch.url.name)
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        os._exit(0 if switches.up(switch.url.name) == set() else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert switches.up(switch.url.name) == set()


@pytest.mark.parametrize("ahead", [-2400.0, 2400.0])
def test_the_clock_of_a_switch_is_measured_by_its_events(ahead: float) -> None:
    with SwitchProcess(SimulatorOptions(clock_skew_seconds=ahead, heartbeat_seconds=0.1)) as switch:
        source = SwitchEvents(switch.url, clock=SystemClock(), chance=lambda: 0.0)
        before = source.clock_skew
        read_while(source, lambda: source.clock_skew is None)
        source.close()

    assert before is None
    assert source.clock_skew is not None
    assert abs(source.clock_skew.total_seconds() - ahead) < 1
