"""Agents' legs in the commands and events of FreeSWITCH."""

from uuid import UUID

from worker.domain.agents.legs import LegAnswered, LegEnded
from worker.domain.ids import AgentId
from worker.ports.agents.phones import LegToCall
from worker.simulator.originate import parse_dial
from worker.telephony.esl import BODY
from worker.telephony.legs import leg_event_of, originate_leg

AGENT = AgentId(UUID(int=5))
LEG = "0192e3a0-0000-5000-8000-000000000001"
OF_LEG = {"Unique-ID": LEG, "variable_callbeat_agent": str(AGENT)}


def test_a_leg_is_parked_and_stays_after_each_conversation() -> None:
    command, job = originate_leg(LegToCall(AGENT, LEG, "1001"), target="user/1001").split("\n")

    dial = parse_dial(command.removeprefix("bgapi originate "))
    assert (dial.endpoint, dial.number, dial.application, job) == ("user", "1001", "&park()", f"Job-UUID: {LEG}")
    assert dial.variables["park_after_bridge"] == "true"
    assert dial.variables["origination_uuid"] == LEG


def test_the_answer_and_the_end_of_a_leg_are_read() -> None:
    assert leg_event_of({"Event-Name": "CHANNEL_ANSWER"} | OF_LEG) == LegAnswered(AGENT, LEG)
    ended = {"Event-Name": "CHANNEL_HANGUP_COMPLETE", "Hangup-Cause": "USER_BUSY"} | OF_LEG
    assert leg_event_of(ended) == LegEnded(AGENT, LEG, "USER_BUSY")


def test_calls_of_campaigns_and_odd_legs_tell_nothing() -> None:
    assert leg_event_of({"Event-Name": "CHANNEL_ANSWER", "Unique-ID": LEG}) is None
    assert leg_event_of({"Event-Name": "CHANNEL_CREATE"} | OF_LEG) is None
    assert leg_event_of({"Event-Name": "CHANNEL_ANSWER", "variable_callbeat_agent": "nobody"}) is None


def test_a_leg_that_was_never_made_has_ended_unless_the_switch_was_full() -> None:
    arguments = originate_leg(LegToCall(AGENT, LEG, "1001"), target="user/1001").partition("\n")[0]
    job = {
        "Event-Name": "BACKGROUND_JOB",
        "Job-Command": "originate",
        "Job-Command-Arg": arguments.removeprefix("bgapi originate "),
    }

    assert leg_event_of(job | {BODY: "-ERR USER_NOT_REGISTERED\n"}) == LegEnded(AGENT, LEG, "USER_NOT_REGISTERED")
    assert leg_event_of(job | {BODY: "-ERR DESTINATION_OUT_OF_ORDER\n"}) is None
    assert leg_event_of(job | {BODY: f"+OK {LEG}\n"}) is None
