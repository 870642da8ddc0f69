"""Which engine renders which voice: espeak-ng for all, or what a file of the operator says."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from worker.ports.sounds import AudioReader
from worker.sounds.engine import Casting, Engine, Engines
from worker.sounds.espeak import NAME, find_espeak
from worker.sounds.http_engine import HttpEngine, HttpEngineSettings
from worker.sounds.piper import NAME as PIPER
from worker.sounds.piper import Piper, check_voice

MOST_CONNECTIONS: Final = 64


class _Casting(BaseModel):
    model_config = ConfigDict(extra="forbid")

    engine: str = NAME
    voice: str = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    engines: dict[str, HttpEngineSettings] = Field(default_factory=dict)
    voices: dict[str, _Casting] = Field(default_factory=dict)
    default: _Casting = Field(default_factory=_Casting)


def read_engines(speech: str, *, reader: AudioReader, wait: Callable[[float], None]) -> Engines:
    """Return the engines of ``CALLBEAT_SPEECH``: ``espeak-ng``, or the path of a JSON file; ``wait`` sleeps.

    Raises ``ValueError`` with what is wrong in the file.
    """
    if speech == NAME:
        return Engines({}, default=Casting(find_espeak()), reader=reader)
    file = _read(Path(speech))
    client = httpx.Client(limits=httpx.Limits(max_connections=MOST_CONNECTIONS))
    engines: dict[str, Engine] = {NAME: find_espeak(), PIPER: Piper()}
    for name, settings in file.engines.items():
        if name in engines:
            raise ValueError(f"{speech}: engines.{name}: {name} is there without being named, and runs in this process")
        engines[name] = HttpEngine(name, settings, client=client, wait=wait)
    castings = {name: _casting(one, engines=engines) for name, one in file.voices.items()}
    return Engines(castings, default=_casting(file.default, engines=engines), reader=reader)


def _read(path: Path) -> _File:
    try:
        return TypeAdapter(_File).validate_json(path.read_bytes())
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, problem["loc"])) or "the file"
        raise ValueError(f"{path}: {place}: {problem['msg']}") from error


def _casting(casting: _Casting, *, engines: dict[str, Engine]) -> Casting:
    if casting.engine not in engines:
        raise ValueError(f"no engine is named {casting.engine}")
    if casting.engine == PIPER:
        check_voice(casting.voice)
    return Casting(engines[casting.engine], casting.voice)
