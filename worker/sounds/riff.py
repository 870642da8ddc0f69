"""Finds WAV files whose end is missing, by what their own headers say of their length."""

import struct
from typing import Final

_CHUNKS_BEGIN: Final = 12
_CHUNK: Final = struct.Struct("<4sI")
_STREAMED: Final = 0x7FFF_0000
"""A program that writes a sound before its end is known puts in a length that no file has, or 0."""


def ends_early(file: bytes) -> bool:
    """Return True when the file is a WAV that holds less sound than it says, so that an end is missing."""
    if file[:4] != b"RIFF" or file[8:_CHUNKS_BEGIN] != b"WAVE":
        return False
    at = _CHUNKS_BEGIN
    while at + _CHUNK.size <= len(file):
        name: bytes
        size: int
        name, size = _CHUNK.unpack_from(file, at)
        at += _CHUNK.size
        if name == b"data":
            return at + size > len(file) and size < _STREAMED
        at += size + size % 2  # chunks begin at even places
    return True
