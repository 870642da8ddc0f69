"""Reads files of sound: WAV, MP3, FLAC and Ogg Vorbis, told apart by what they begin with, not by their names."""

from array import array
from typing import Final

import miniaudio
from typing_extensions import override

from worker.domain.errors import Invalid
from worker.domain.speech.pcm import RATE
from worker.ports.sounds import AudioReader
from worker.sounds.riff import ends_early

_READ_AT_ONCE: Final = 4 * RATE
"""Samples: the length is bounded while the file is read, since a small file may hold hours."""
_MP3_SYNC: Final = 0xE0
_LAYER: Final = 0x06


class MiniaudioReader(AudioReader):
    """The decoders of the library miniaudio; its wheels bring them along, so that no program has to be installed."""

    @override
    def read(self, file: bytes, *, most_seconds: int) -> "array[int]":
        if not _is_known(file):
            raise Invalid("the file is no sound in WAV, MP3, FLAC or Ogg Vorbis")
        if ends_early(file):
            raise Invalid("the end of the file is missing")
        most = most_seconds * RATE
        samples = array("h")
        try:
            stream = miniaudio.stream_memory(
                file,
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=RATE,
                frames_to_read=_READ_AT_ONCE,
            )
            for piece in stream:
                samples.extend(piece)
                if len(samples) > most:
                    raise Invalid(f"the sound is longer than {most_seconds} seconds")
        except miniaudio.MiniaudioError as error:
            raise Invalid("the file is damaged, or holds no sound in WAV, MP3, FLAC or Ogg Vorbis") from error
        return samples


def _is_known(file: bytes) -> bool:
    """Return True for the beginnings of the formats; otherwise the MP3 decoder would find noise in anything."""
    if file[:4] == b"RIFF":
        return file[8:12] == b"WAVE"
    return file[:4] in {b"fLaC", b"OggS"} or file[:3] == b"ID3" or _begins_as_mp3(file)


def _begins_as_mp3(file: bytes) -> bool:
    frame_begins = file[:1] == b"\xff" and len(file) > 1 and file[1] & _MP3_SYNC == _MP3_SYNC
    return frame_begins and file[1] & _LAYER != 0
