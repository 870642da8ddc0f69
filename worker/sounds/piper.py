"""Piper: neural voices from files of the operator, rendered in this process."""

import json
import logging
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple

from typing_extensions import override

from worker.domain.errors import Rejected, Unavailable
from worker.domain.speech.pcm import wav_at
from worker.domain.speech.voice import Voice
from worker.sounds.engine import Engine

NAME: Final = "piper"
NOT_INSTALLED: Final = "piper is not installed: pip install 'callbeat[piper]'"
_PACKAGE: Final = "piper"
_RAW_PHONEMES: Final = "[["
"""Piper takes what stands between double brackets for phonemes; a lead's name must not be read so."""


class _Model(NamedTuple):
    """A loaded voice; its types are those of a package that need not be installed."""

    voice: Any
    config: Any
    options: Any


def check_voice(voice: str) -> None:
    """Raise ``ValueError`` when this is not ``/PATH/MODEL.onnx`` or ``/PATH/MODEL.onnx#SPEAKER``."""
    if not voice.partition("#")[0].startswith("/"):
        raise ValueError(f"a voice of piper is the absolute path of its .onnx file, not {voice or 'empty'}")


class Piper(Engine):
    """Voices by the paths of their models. One text at a time, on one core: dialling on the machine goes on."""

    name = NAME
    concurrency = 1
    per_minute = None

    def __init__(self) -> None:
        """Load nothing yet: only workers of the queue ``speech`` need the files and their memory."""
        self._lock = Lock()
        self._models: dict[str, _Model] = {}

    @override
    def form(self, voice: str) -> str:
        return ""

    @override
    def speak(self, text: str, *, voice: str, spoken_as: Voice) -> bytes:
        path, _, speaker = voice.partition("#")
        with self._lock:
            if find_spec(_PACKAGE) is None:
                raise Unavailable(NOT_INSTALLED)
            model = self._models.get(path)
            if model is None:
                model = self._models[path] = _load(path)
            options = _options(model, speaker=speaker, spoken_as=spoken_as, path=path)
            try:
                said = model.voice.synthesize(text.replace(_RAW_PHONEMES, "[ ["), options)
                samples = b"".join(piece.audio_int16_bytes for piece in said)
            except Exception as error:  # the runtime's errors have no common class
                raise Rejected(f"{NAME} cannot speak the text: {type(error).__name__}") from error
            return wav_at(samples, rate=model.config.sample_rate)


def _load(path: str) -> _Model:
    piper: Any = import_module("piper.voice")  # Any: a package of an extra, which need not be installed
    settings: Any = import_module("piper.config")
    runtime: Any = import_module("onnxruntime")
    logging.getLogger(piper.__name__).setLevel(logging.INFO)  # below it logs every text, with names and amounts
    threads = runtime.SessionOptions()
    threads.intra_op_num_threads = threads.inter_op_num_threads = 1
    try:
        config = settings.PiperConfig.from_dict(json.loads(Path(f"{path}.json").read_bytes()))
        session = runtime.InferenceSession(path, sess_options=threads, providers=["CPUExecutionProvider"])
    except OSError as error:
        raise Unavailable(f"the voice {error.filename} of {NAME} cannot be read: {error.strerror}") from error
    except Exception as error:  # the runtime's errors have no common class
        raise Unavailable(f"{path} is no voice of {NAME}: {type(error).__name__}") from error
    return _Model(piper.PiperVoice(session=session, config=config), config, settings.SynthesisConfig)


def _options(model: _Model, *, speaker: str, spoken_as: Voice, path: str) -> Any:  # Any: see ``_Model``
    """Return what is asked of the model: its speaker, and half the length for each step of speed."""
    chosen = model.config.speaker_id_map.get(speaker, int(speaker) if speaker.isdecimal() else None)
    if speaker and (chosen is None or chosen >= model.config.num_speakers):
        raise Unavailable(f"{path} has no speaker {speaker}")
    return model.options(length_scale=model.config.length_scale * 2 ** (1 - spoken_as.speed), speaker_id=chosen)
