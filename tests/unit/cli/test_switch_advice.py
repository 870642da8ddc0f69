"""What ``callbeat doctor`` makes of a switch's state: what is wrong, and what to type."""

from dataclasses import replace

import pendulum
import pytest

from worker.cli.switch_advice import CDR_MODULE, MODULES, Finding, Needs, judge
from worker.domain.switch import Switch
from worker.ports.records.entities import GatewayDemand
from worker.telephony.survey import CdrPush, GatewayFacts, SwitchFacts

NOW = pendulum.datetime(2026, 11, 27, 15, 0)
ROW = Switch(
    name="sw1:8021",
    url="esl://:pass@sw1:8021",
    state_since=NOW,
    created_at=NOW,
    cdr_secret_hash="hash",
    cdr_heard_at=NOW.subtract(seconds=12),
)
TRUNK = GatewayFacts(status="UP", state="NOREG", ping_seconds=10, caller_id_in_from=True)
GOOD = SwitchFacts(
    epoch=int(NOW.timestamp()),
    is_ready=True,
    sessions_per_second=400,
    max_sessions=1000,
    modules=frozenset({*MODULES, CDR_MODULE}),
    application_exists=True,
    extension_exists=True,
    gateways={"trunk": TRUNK},
    cdr_push=CdrPush(has_url=True, has_queue=True),
)
DEMAND = GatewayDemand(gateway="trunk", carriers=("acme",), channels=900, calls_per_second=50, is_unlimited=False)
NEEDS = Needs(application="transfer:callbeat XML callbeat", gateways={"trunk": DEMAND}, row=ROW)


def _judged(facts: SwitchFacts, needs: Needs = NEEDS) -> list[Finding]:
    return list(judge(facts, needs=needs, part="switch sw1", now=NOW))


def test_a_switch_set_up_by_the_document_is_well_and_needs_no_advice() -> None:
    findings = _judged(GOOD)

    assert all(finding.is_well and not finding.advice for finding in findings)
    assert len(findings) == 8


@pytest.mark.parametrize(
    ("changed", "part", "typed"),
    [
        ({"epoch": int(NOW.timestamp()) + 5}, "clock", "chrony"),
        ({"epoch": None}, "clock", "load mod_commands"),
        ({"is_ready": False}, "takes calls", "fsctl resume"),
        ({"max_sessions": 899}, "sessions", "fsctl max_sessions 990"),
        ({"sessions_per_second": 50}, "sessions per second", "fsctl sps 100"),
        ({"modules": GOOD.modules - {"mod_sofia"}}, "modules", "load mod_sofia"),
        ({"application_exists": False}, "answered calls", "CALLBEAT_ANSWER_APPLICATION"),
        ({"extension_exists": False}, "answered calls", "reloadxml"),
        ({"gateways": {"trunk": None}}, "gateway trunk", "sofia profile external rescan"),
        ({"gateways": {"trunk": replace(TRUNK, status="DOWN")}}, "gateway trunk", "sofia status gateway trunk"),
        ({"cdr_push": CdrPush(has_url=True, has_queue=False)}, "second source", "queue-capacity"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_type(changed: dict[str, object], part: str, typed: str) -> None:
    wrong = [finding for finding in _judged(replace(GOOD, **changed)) if not finding.is_well]  # type: ignore[arg-type]  # any field

    assert [finding.part for finding in wrong] == [f"switch sw1 {part}"]
    assert typed in wrong[0].advice


@pytest.mark.parametrize(
    ("facts", "needs", "part", "typed"),
    [
        (replace(GOOD, gateways={"trunk": replace(TRUNK, ping_seconds=0)}), NEEDS, "gateway trunk", '"ping"'),
        (replace(GOOD, gateways={"trunk": replace(TRUNK, caller_id_in_from=False)}), NEEDS, "gateway trunk", "in-from"),
        (replace(GOOD, modules=GOOD.modules - {"mod_sndfile"}), NEEDS, "modules", "load mod_sndfile"),
        (replace(GOOD, cdr_push=None), NEEDS, "second source", "second source"),
        (replace(GOOD, modules=frozenset(MODULES)), NEEDS, "second source", "second source"),
        (GOOD, replace(NEEDS, row=replace(ROW, cdr_heard_at=None)), "second source", "place one call"),
        (GOOD, replace(NEEDS, row=replace(ROW, cdr_heard_at=NOW.subtract(days=2))), "second source", "second source"),
        (
            replace(GOOD, sessions_per_second=30),
            replace(NEEDS, gateways={"trunk": replace(DEMAND, calls_per_second=0, is_unlimited=True)}),
            "sessions per second",
            "fsctl sps 100",
        ),
    ],
)
def test_what_could_be_better_is_well_and_has_advice(facts: SwitchFacts, needs: Needs, part: str, typed: str) -> None:
    findings = _judged(facts, needs)

    assert all(finding.is_well for finding in findings)
    assert [(f.part, typed in f.advice) for f in findings if f.advice] == [(f"switch sw1 {part}", True)]


def test_cdrs_without_a_secret_here_are_refused_and_that_is_wrong() -> None:
    findings = _judged(GOOD, replace(NEEDS, row=None))

    wrong = [(finding.part, finding.advice) for finding in findings if not finding.is_well]
    assert wrong == [
        ("switch sw1 second source", "callbeat cdr-secret sw1, and write the secret into json_cdr.conf.xml")
    ]


def test_switches_share_what_the_carriers_need() -> None:
    assert all(finding.is_well for finding in _judged(replace(GOOD, max_sessions=450), replace(NEEDS, switches=2)))
    assert not all(finding.is_well for finding in _judged(replace(GOOD, max_sessions=449), replace(NEEDS, switches=2)))


def test_a_measured_clock_is_shown() -> None:
    shown = [finding.seen for finding in _judged(GOOD, replace(NEEDS, row=replace(ROW, clock_skew_ms=-40)))]

    assert "agrees with ours, -40 ms ahead" in shown


def test_a_registered_trunk_needs_no_ping() -> None:
    findings = _judged(replace(GOOD, gateways={"trunk": replace(TRUNK, state="REGED", ping_seconds=0)}))

    assert not any(finding.advice for finding in findings)


def test_a_switch_that_speaks_needs_the_modules_of_voice() -> None:
    needs = replace(NEEDS, voice_modules={"mod_tone_stream": "silence", "mod_sndfile": "wav files"})

    (silent,) = [one for one in _judged(GOOD, needs) if not one.is_well]
    (mute,) = [one for one in _judged(replace(GOOD, modules=GOOD.modules - {"mod_sndfile"}), needs) if not one.is_well]

    assert "load mod_tone_stream" in silent.advice
    assert "mod_sndfile" in mute.seen
