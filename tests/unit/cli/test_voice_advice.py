"""What ``callbeat doctor`` makes of sounds and engines."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from tests.builders import NOON
from tests.fakes.engines import FakeSounds
from worker.cli.switch_advice import Finding
from worker.cli.voice_advice import voice_findings, voice_modules
from worker.domain.speech.back_off import NONE, Rest, rest_engine
from worker.ports.records.entities import GatewayDemand


def found(engines: Mapping[str, Rest] = MappingProxyType({})) -> list[Finding]:
    return list(voice_findings((), sounds="/srv/sounds", store=FakeSounds(), engines=engines))


@pytest.mark.parametrize(
    ("sounds", "module"),
    [
        ("/srv/sounds", None),
        ("http_cache://http://api:8000/sounds", "mod_http_cache"),
        ("https://api.example/sounds", "mod_httapi"),
    ],
)
def test_a_switch_needs_the_module_by_which_it_fetches_sounds(sounds: str, module: str | None) -> None:
    modules = set(voice_modules(sounds=sounds, demand={}))

    assert modules - {"mod_event_socket", "mod_tone_stream", "mod_sndfile"} == ({module} if module else set())


@pytest.mark.parametrize("starts", [True, False])
def test_a_switch_needs_the_detector_that_a_carrier_starts(starts: bool) -> None:  # noqa: FBT001 - the parameter
    carriers = ("acme",)
    demand = GatewayDemand(
        gateway="g", carriers=carriers, channels=1, calls_per_second=1, is_unlimited=False, starts_avmd=starts
    )

    assert ("mod_avmd" in voice_modules(sounds="/srv/sounds", demand={"g": demand})) == starts


def test_a_folder_is_named_and_what_the_switch_has_to_do() -> None:
    (finding,) = found()

    assert (finding.part, finding.is_well) == ("sounds", True)
    assert "/srv/sounds" in finding.seen
    assert "CALLBEAT_SOUNDS_URL" in finding.advice


def test_an_engine_that_fails_is_named_with_its_words() -> None:
    engines = {"acme": rest_engine(NONE, error="401: no credit", now=NOON), "espeak-ng": NONE}

    _, finding = found(engines)

    assert (finding.part, finding.is_well) == ("speech acme", False)
    assert "401: no credit" in finding.seen
