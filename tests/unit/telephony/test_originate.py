from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker.domain.ids import CallId, CampaignId, LeadId, RunId
from worker.ports.dispatch.telephony import Origination
from worker.simulator.originate import Dial, parse_dial, read_variables
from worker.telephony.originate import Unencodable, VoiceProcesses, bgapi_originate, originate_arguments

CALL = CallId(UUID(int=1))
ORIGINATION = Origination(
    call_id=CALL,
    campaign_id=CampaignId(UUID(int=2)),
    lead_id=LeadId(UUID(int=3)),
    run_id=RunId(UUID(int=4)),
    gateway="6f1c2b1e-0000-4000-8000-000000000001",
    destination="990981234560",
    caller_id="02873003586",
    timeout_seconds=30,
    longest_call_seconds=900,
    dial=2,
)


def test_a_call_is_said_as_the_contract_has_it() -> None:
    command = bgapi_originate(ORIGINATION).decode()

    assert command == (
        "bgapi originate {origination_uuid=00000000-0000-0000-0000-000000000001,originate_timeout=31,"
        "origination_caller_id_number=02873003586,ignore_early_media=true,"
        "execute_on_answer=sched_hangup\\s+900\\sALLOTTED_TIMEOUT,"
        "callbeat_campaign=00000000-0000-0000-0000-000000000002,callbeat_lead=00000000-0000-0000-0000-000000000003,"
        "callbeat_run=00000000-0000-0000-0000-000000000004,callbeat_dial=2}"
        "sofia/gateway/6f1c2b1e-0000-4000-8000-000000000001/990981234560 '&transfer(callbeat XML callbeat)'\n"
        "Job-UUID: 00000000-0000-0000-0000-000000000001\n\n"
    )


def test_the_switch_reads_what_was_said() -> None:
    dial = parse_dial(originate_arguments(_with("callbeat_template", "a/b")))

    assert dial == Dial(
        variables={
            "origination_uuid": str(CALL),
            "originate_timeout": "31",
            "execute_on_answer": "sched_hangup +900 ALLOTTED_TIMEOUT",
            "origination_caller_id_number": "02873003586",
            "ignore_early_media": "true",
            "callbeat_campaign": str(UUID(int=2)),
            "callbeat_lead": str(UUID(int=3)),
            "callbeat_run": str(UUID(int=4)),
            "callbeat_dial": "2",
            "callbeat_template": "a/b",
        },
        endpoint="sofia",
        gateway="6f1c2b1e-0000-4000-8000-000000000001",
        number="990981234560",
        application="&transfer(callbeat XML callbeat)",
    )


@pytest.mark.parametrize("application", ["park", "socket:10.0.0.5:8084|10.0.0.6:8084 async full", "transfer:7 XML own"])
def test_an_answered_call_executes_what_the_operator_names(application: str) -> None:
    name, _, arguments = application.partition(":")

    dial = parse_dial(originate_arguments(ORIGINATION, answering=application))

    assert dial.application == f"&{name}({arguments})"


def test_an_answered_call_with_a_template_connects_to_a_voice_process() -> None:
    """Recorded of a real switch: should no process answer, or the one that did die, the second action runs at once."""
    processes = VoiceProcesses(("10.0.0.5:8084", "10.0.0.6:8084"))

    command = originate_arguments(_with("callbeat_template", "a"), answering=processes)

    assert command.endswith(" 'socket:10.0.0.5:8084|10.0.0.6:8084 async full,hangup:SERVICE_UNAVAILABLE' inline")
    assert {
        "execute_on_answer": "sched_hangup +900 ALLOTTED_TIMEOUT",
        "execute_on_answer_silence": "sched_hangup +3 SERVICE_UNAVAILABLE",
        "continue_on_fail": "true",
        "hangup_after_bridge": "false",
        "playback_terminators": "none",
        "socket_resume": "true",
    }.items() <= parse_dial(command).variables.items()


def test_a_call_without_a_template_goes_to_the_shipped_dialplan() -> None:
    processes = VoiceProcesses(("10.0.0.5:8084",))

    assert originate_arguments(ORIGINATION, answering=processes) == originate_arguments(ORIGINATION)


def test_a_call_without_run_and_caller_id_says_nothing_of_them() -> None:
    arguments = originate_arguments(replace(ORIGINATION, run_id=None, caller_id=""))

    assert "callbeat_run" not in arguments
    assert "caller_id" not in arguments


@given(value=st.text(min_size=1))
@example("Nguyễn, Văn A")
@example("'Nguyễn, Văn A'")
@example("it's \"x\" \\ \\' \\\\, ^^|a=1|b ")
@example("  spaces at both ends  ")
@example("two\nlines\tand\r\\n")
@example("{balanced {braces}}, and $5")
@example("=,=,")
@example("'")
@example(" ")
def test_a_value_survives_the_switchs_parser_or_is_refused(value: str) -> None:
    _assert_survives_or_is_refused(value)


@given(value=st.text(alphabet="'\\, ={}^|$snrt\"é", min_size=1))
def test_a_value_of_nothing_but_special_characters_survives_or_is_refused(value: str) -> None:
    _assert_survives_or_is_refused(value)


@given(value=st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{}$:"), min_size=1))
def test_ordinary_text_is_never_refused(value: str) -> None:
    originate_arguments(_with("callbeat_note", value.replace("mod_event_socket", "")))


@pytest.mark.parametrize(
    "value",
    ["}", "{", "}{", "\x00", "\x1b[0m", "${uuid}", "$\\{uuid}", "ARRAY::a|:b", "a:_:b", "mod_event_socket", "\ud800"],
)
def test_what_the_switch_would_misread_is_refused(value: str) -> None:
    with pytest.raises(Unencodable):
        originate_arguments(_with("callbeat_note", value))


@pytest.mark.parametrize("name", ["origination_uuid", "a b", "a=b", "", "^^|a"])
def test_names_that_are_taken_or_cannot_be_said_are_refused(name: str) -> None:
    with pytest.raises(Unencodable):
        originate_arguments(_with(name, "x"))


@pytest.mark.parametrize("gateway", ["", "a/b", "a b", "g,sofia/gateway/h/09"])
def test_a_gateway_that_is_none_is_refused(gateway: str) -> None:
    with pytest.raises(Unencodable):
        originate_arguments(replace(ORIGINATION, gateway=gateway))


@pytest.mark.parametrize("destination", ["", "09 1", "091@evil", "091|092", "0\uff191"])
def test_a_destination_that_is_no_number_is_refused(destination: str) -> None:
    with pytest.raises(Unencodable):
        originate_arguments(replace(ORIGINATION, destination=destination))


def test_quotes_do_not_protect_a_comma_as_recorded() -> None:
    dial = parse_dial("{a=1,callbeat_note='Nguyễn, Văn A'}sofia/gateway/simcarrier/0981234560 &park()")

    assert dial.variables == {"a": "1", "callbeat_note": "Nguyễn"}


def test_a_delimiter_of_ones_own_is_understood() -> None:
    assert read_variables("^^|a=1,2|b=3") == {"a": "1,2", "b": "3"}


def _with(name: str, value: str) -> Origination:
    return replace(ORIGINATION, variables={name: value})


def _assert_survives_or_is_refused(value: str) -> None:
    try:
        arguments = originate_arguments(_with("callbeat_note", value))
    except Unencodable:
        return
    dial = parse_dial(arguments)
    assert dial.variables["callbeat_note"] == value
    assert dial.variables["origination_uuid"] == str(CALL)
    assert dial.number == ORIGINATION.destination
    assert not any(ord(character) < 0x20 for character in arguments)


@pytest.mark.parametrize(
    ("destination", "said"),
    [("9#0912345678", "9%230912345678"), ("+84912345678", "+84912345678"), ("*31*0912345678", "*31*0912345678")],
)
def test_a_prefix_is_escaped_for_the_sip_address(destination: str, said: str) -> None:
    dial = parse_dial(originate_arguments(replace(ORIGINATION, destination=destination)))

    assert dial.number == said
