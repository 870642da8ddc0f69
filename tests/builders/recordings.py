"""The recorded connections, and the events in them."""

from pathlib import Path

from worker.telephony.esl import Frame, FrameReader, SwitchEvent, event_of

PAYLOADS = Path(__file__).parents[1] / "payloads"
RECORDINGS = sorted(PAYLOADS.glob("*.bin"))


def recorded_frames(name: str) -> list[Frame]:
    return FrameReader().feed((PAYLOADS / f"{name}.bin").read_bytes())


def recorded_events(name: str) -> list[SwitchEvent]:
    return [event_of(frame) for frame in recorded_frames(name) if frame.is_event]
