"""The parts of a world that speak: voice processes, the worker that renders, the engine, and the way to them."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.faults.heard import Speech, left_over, read_barred, read_lines, read_pressed, search
from tests.faults.places import Places
from tests.faults.speech_engine import EngineTrouble, configuration
from tests.faults.spoken import ANNOUNCED, Caller
from tests.faults.switchboard import Switchboard
from tests.faults.voice_relay import VoiceRelay
from tests.stack.addresses import free_port
from tests.stack.callbeat import callbeat, worker_command
from tests.stack.reading import CONFIRMED, GOODBYE, STOPPED, WRONG
from tests.stack.sounds import Dictionary
from worker.jobs import names
from worker.store.base.engine import make_engine

VOICES: Final = ("voice-1", "voice-2")
SPEECH: Final = "speech"
ENGINE: Final = "engine"
SPEAKING: Final = (*VOICES, SPEECH)
"""Our own processes among them."""
OUTLIVES_SECONDS: Final = 240.0
"""Sounds of a call whose process died are deleted after the longest call, a minute, and the minute of the cleaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Where they are, and what befalls them."""

    home: Path
    engine: tuple[str, int]
    processes: Mapping[str, tuple[str, int]]
    """By part."""
    relay: VoiceRelay
    """On the way to the first voice process, while it is open."""

    @classmethod
    def at(cls, home: Path, *, where: Places) -> "Voice":
        """Choose ports, and write the operator's file of engines."""
        processes = {part: (where.address(part), free_port()) for part in VOICES}
        engine = (where.address(ENGINE), free_port())
        (home / "speech.json").write_bytes(configuration(host=engine[0], port=engine[1]))
        (home / "copies").mkdir()
        relay = VoiceRelay(voice=processes[VOICES[0]], host=where.here)
        voice = cls(home=home, engine=engine, processes=processes, relay=relay)
        voice.trouble(EngineTrouble.NONE)
        return voice

    @property
    def sounds(self) -> Path:
        return self.home / "home" / "sounds"

    @property
    def settings(self) -> dict[str, str]:
        """Return the settings of our processes; switches try the relay first, on which usually nobody listens."""
        addresses = (self.relay.address, *self.processes.values())
        return {
            "answer_application": "",
            "voice_urls": ",".join(f"{host}:{port}" for host, port in addresses),
            "speech": str(self.home / "speech.json"),
            "sounds_url": str(self.sounds),
        }

    @property
    def engine_command(self) -> list[str]:
        host, port = self.engine
        return [sys.executable, "-m", "tests.faults.speech_engine", host, str(port), str(self._trouble_file)]

    @property
    def commands(self) -> dict[str, list[str]]:
        """Return the command of each of our own processes."""
        speaking = {
            part: callbeat("voice", f"--host={host}", f"--port={port}")
            for part, (host, port) in self.processes.items()
        }  # fmt: skip
        return {**speaking, SPEECH: worker_command(SPEECH, queues=names.SPEECH)}

    def trouble(self, trouble: EngineTrouble) -> None:
        """Let this befall the engine's answers from now on."""
        fresh = self._trouble_file.with_suffix(".new")
        fresh.write_text(trouble)
        fresh.rename(self._trouble_file)

    @property
    def _trouble_file(self) -> Path:
        return self.home / "engine.trouble"

    def speech(self, caller: Caller, *, database_url: str, switches: Mapping[str, Switchboard]) -> Speech:
        """Return what was heard, and what is stored of it, once all is at rest."""
        scripts = {phone: (*debtor.prompt, GOODBYE) for phone, debtor in caller.debtors.items()}
        texts = {text for script in scripts.values() for text in script} | {CONFIRMED, STOPPED, WRONG, ANNOUNCED}
        words = Dictionary(database_url, texts=sorted(texts), sounds=self.sounds, speech=str(self.home / "speech.json"))
        engine = make_engine(database_url)
        speech = Speech(
            lines=read_lines([one.heard for one in switches.values()], copies=self.home / "copies", words=words),
            scripts=scripts,
            codes=caller.codes,
            pressed=read_pressed(engine),
            barred=read_barred(engine),
            found=tuple(search(self.home, caller.codes)),
            left_over=tuple(left_over(self.sounds, seconds=OUTLIVES_SECONDS)),
            relay_port=self.relay.address[1],
        )
        engine.dispose()
        return speech
