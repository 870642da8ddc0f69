"""The adapter against a simulated switch that is away, stops, stands still or does not answer."""

import os
import signal
import time

import pytest

from tests.integration.switch_calls import CLOCK, LISTENING, SOON, a_call, ends, read_until, read_while
from tests.stack.switch import SwitchProcess
from worker.domain.errors import Unavailable
from worker.domain.switch_address import SwitchUrl
from worker.domain.timing import SIGN_OF_LIFE_AFTER, SIGN_OF_LIFE_WITHIN, SWITCH_SETTLES
from worker.ports.dispatch.telephony import Placed
from worker.simulator.options import SimulatorOptions
from worker.telephony.connection import NotReached, open_connection
from worker.telephony.events import SwitchEvents
from worker.telephony.switch import Switches

NETWORK_HOLDS_SECONDS = 6.0
"""Longer than anybody is left in doubt, which is 0.75 s on an idle machine."""


def test_calls_for_a_switch_that_is_away_were_certainly_not_dialled(switch: SwitchProcess, switches: Switches) -> None:
    switch.kill()
    call = a_call()

    assert switches.place([call], switch=switch.url.name, until=SOON).undialled == {call.call_id}
    assert switches.place([call], switch="unknown:1", until=SOON).undialled == {call.call_id}
    with pytest.raises(Unavailable):
        switches.up(switch.url.name)
    with pytest.raises(Unavailable):
        switches.end(call.call_id, switch=switch.url.name, cause="NORMAL_CLEARING")


def test_events_come_again_after_a_restart(switch: SwitchProcess, switches: Switches, events: SwitchEvents) -> None:
    switch.kill()
    read_while(events, lambda: events.listening_since is not None)
    switch.restart()
    read_while(events, lambda: events.listening_since is None)
    call = a_call(number="0981234561")

    switches.place([call], switch=switch.url.name, until=SOON)
    news = read_until(events, lambda news: bool(ends(news)))

    assert ends(news)[call.call_id].cause == "USER_BUSY"


def test_a_switch_that_is_away_gives_no_events_and_is_asked_again(switch: SwitchProcess) -> None:
    switch.kill()
    source = SwitchEvents(switch.url, clock=CLOCK, chance=lambda: 0.0)

    while_away = [source.read() for _ in range(3)]
    switch.restart()
    read_while(source, lambda: source.listening_since is None)
    source.close()

    assert while_away == [[], [], []]


def test_a_switch_that_stops_ends_its_calls_and_says_goodbye(
    switch: SwitchProcess, switches: Switches, events: SwitchEvents
) -> None:
    call = a_call(number="0981234562", timeout_seconds=600)
    switches.place([call], switch=switch.url.name, until=SOON)
    read_until(events, bool)

    switch.stop()
    news = read_until(events, lambda news: bool(ends(news)))

    assert ends(news)[call.call_id].cause == "SYSTEM_SHUTDOWN"
    assert [line.event for line in switch.log()][-1] == "hangup"


def test_a_switch_that_stands_still_is_told_of_nothing_until_it_has_gone_on_for_a_moment(
    switch: SwitchProcess, switches: Switches, events: SwitchEvents
) -> None:
    since, call = events.listening_since, a_call(number="0981234561")
    os.kill(switch.pid, signal.SIGSTOP)
    read_while(events, lambda: events.dialable_from is not None)
    os.kill(switch.pid, signal.SIGCONT)

    read_while(events, lambda: events.dialable_from is None)
    switches.place([call], switch=switch.url.name, until=SOON)
    news = read_until(events, lambda news: bool(ends(news)))

    assert events.dialable_from == LISTENING + SWITCH_SETTLES
    assert (events.listening_since, ends(news)[call.call_id].cause) == (since, "USER_BUSY"), "nothing was missed"


def test_a_switch_that_does_not_answer_an_originate_is_left_soon_and_the_call_is_in_doubt(
    switch: SwitchProcess, switches: Switches
) -> None:
    call = a_call()
    switches.up(switch.url.name)
    os.kill(switch.pid, signal.SIGSTOP)

    begun = time.monotonic()
    placed = switches.place([call], switch=switch.url.name, until=SOON)
    took = time.monotonic() - begun
    os.kill(switch.pid, signal.SIGCONT)

    assert placed == Placed(frozenset(), is_answered=False)
    assert took < NETWORK_HOLDS_SECONDS
    assert switches.up(switch.url.name) <= {call.call_id}, "it is asked on a connection of its own"


def test_a_switch_that_has_nothing_to_say_is_asked_and_answers(events: SwitchEvents) -> None:
    quiet_until = time.monotonic() + SIGN_OF_LIFE_AFTER.total_seconds() + SIGN_OF_LIFE_WITHIN.total_seconds() + 1

    news = []
    while time.monotonic() < quiet_until:
        news += events.read()

    assert (news, events.dialable_from) == ([], events.listening_since)


def test_a_frozen_switch_is_given_up_when_its_heart_stops(switch: SwitchProcess) -> None:
    source = SwitchEvents(switch.url, clock=CLOCK, silence_seconds=0.1)
    source.read()
    os.kill(switch.pid, signal.SIGSTOP)

    source.read()
    os.kill(switch.pid, signal.SIGCONT)

    assert source.listening_since is None
    source.close()


def test_the_dead_switches_are_told_from_the_reachable_ones() -> None:
    with SwitchProcess(SimulatorOptions()) as first, SwitchProcess(SimulatorOptions()) as second:
        adapter = Switches([first.url, second.url], clock=CLOCK)

        names = [first.url.name, second.url.name]
        both = adapter.reachable(among=names)
        first.kill()
        while_one_is_dead = adapter.reachable(among=names)
        second.kill()
        while_both_are = adapter.reachable(among=names)
        adapter.close()

    assert both == {first.url.name, second.url.name}
    assert while_one_is_dead == {second.url.name}
    assert while_both_are == set()


def test_a_wrong_password_is_not_let_in(switch: SwitchProcess) -> None:
    url = SwitchUrl(host=switch.url.host, port=switch.url.port, password="wrong")

    with pytest.raises(NotReached, match="password"):
        open_connection(url)
