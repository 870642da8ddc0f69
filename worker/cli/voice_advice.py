"""Checks what callees hear: voice processes, sounds as switches fetch them, and engines; and tells what to type."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

import httpx

from worker.cli.ready import ANSWER_SECONDS, NotReady, check_voice
from worker.cli.switch_advice import Finding
from worker.domain.errors import CallbeatError
from worker.domain.speech.back_off import Rest
from worker.ports.records.entities import GatewayDemand
from worker.ports.sounds import SoundStore

_SET_UP: Final = "deploy/freeswitch/README.md, section Voice"
_CACHE: Final = "http_cache://"
_NO_SOUND: Final = "r0"
"""The name of no sound: a server of sounds says that it is not found."""

SPOKEN: Final[Mapping[str, str]] = {
    "mod_event_socket": "connecting to voice processes",
    "mod_tone_stream": "silence between words",
    "mod_sndfile": "wav files",
}


def voice_modules(*, sounds: str, demand: Mapping[str, GatewayDemand]) -> Mapping[str, str]:
    """Return the modules of a switch that speaks with callees, by where it finds sounds, and what carriers need."""
    needs_avmd = any(one.starts_avmd for one in demand.values())
    return {**_spoken(sounds), **({"mod_avmd": "voicemail: beeps of machines"} if needs_avmd else {})}


def _spoken(sounds: str) -> Mapping[str, str]:
    if sounds.startswith(_CACHE):
        return {**SPOKEN, "mod_http_cache": "sounds by HTTP"}
    return {**SPOKEN, "mod_httapi": "sounds by HTTP"} if sounds.startswith("http") else SPOKEN


def voice_findings(
    addresses: tuple[str, ...], *, sounds: str, store: SoundStore, engines: Mapping[str, Rest]
) -> Iterator[Finding]:
    """Yield a finding for each voice process, for the sounds, and for each engine that fails."""
    for address in addresses:
        yield _process(address)
    yield _sounds(sounds, store=store)
    for name, rest in engines.items():
        if rest.failures:
            seen = f"has failed {rest.failures} times in a row: {rest.error}"
            advice = (
                "leads that need new sounds wait for it: the vendor's status, the key in the file of CALLBEAT_SPEECH"
            )
            yield Finding(f"speech {name}", is_well=False, seen=seen, advice=advice)


def _process(address: str) -> Finding:
    part = f"voice {address}"
    try:
        check_voice(address)
    except NotReady as error:
        advice = f"`callbeat voice` there, CALLBEAT_VOICE_ALLOW, the firewall; {_SET_UP}"
        return Finding(part, is_well=False, seen=str(error), advice=advice)
    return Finding(part, is_well=True, seen="greets switches")


def _sounds(sounds: str, *, store: SoundStore) -> Finding:
    try:
        store.kept([_NO_SOUND])
        return _folder(sounds) if sounds.startswith("/") else _address(sounds.removeprefix(_CACHE))
    except CallbeatError as error:
        return Finding("sounds", is_well=False, seen=str(error), advice="CALLBEAT_SOUNDS_FOLDER")


def _folder(sounds: str) -> Finding:
    advice = f"every switch has to read it under this path, as its own user; else set CALLBEAT_SOUNDS_URL; {_SET_UP}"
    return Finding("sounds", is_well=True, seen=f"switches read the folder {sounds}", advice=advice)


def _address(url: str) -> Finding:
    """Ask as a switch does for no sound: only Callbeat's own API answers that it is not found."""
    seen = "cannot be reached"
    with suppress(httpx.HTTPError):
        answer = httpx.get(f"{url}/{_NO_SOUND}.wav", timeout=ANSWER_SECONDS, trust_env=False)
        if "sound not found" in answer.text:
            return Finding("sounds", is_well=True, seen=f"switches fetch {url}")
        seen = f"answers {answer.status_code}, and not as Callbeat's API does"
    advice = f"CALLBEAT_SOUNDS_URL ends in /sounds of the API, which needs no token there; {_SET_UP}"
    return Finding("sounds", is_well=False, seen=f"{url} {seen}", advice=advice)
