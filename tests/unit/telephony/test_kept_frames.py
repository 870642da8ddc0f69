"""What a standby keeps is bounded in bytes, however many frames come at once."""

import tracemalloc

from worker.telephony.esl import Frame
from worker.telephony.kept_frames import FRAME_BYTES, MOST_BYTES, KeptFrames

EVENT = {"Content-Type": "text/event-json", "Content-Length": "6000"}


def frames(count: int, *, size: int) -> list[Frame]:
    return [Frame(dict(EVENT), bytes(size)) for _ in range(count)]


def test_few_batches_of_many_bytes_fill_it() -> None:
    kept = KeptFrames(most_bytes=100_000)

    kept.add(frames(10, size=9000), at=1.0)

    assert kept.is_full


def test_many_frames_without_bodies_fill_it() -> None:
    kept = KeptFrames(most_bytes=100 * FRAME_BYTES)

    kept.add(frames(100, size=0), at=1.0)

    assert kept.is_full


def test_what_is_old_or_was_taken_makes_room() -> None:
    kept = KeptFrames(most_bytes=100_000)
    kept.add(frames(5, size=9000), at=1.0)
    kept.add(frames(5, size=9000), at=2.0)

    kept.drop_before(2.0)
    assert not kept.is_full
    assert [at for at, _ in kept.take()] == [2.0]

    kept.add(frames(9, size=9000), at=3.0)
    assert not kept.is_full
    assert [len(batch) for _, batch in kept.take()] == [9]
    assert not kept


def test_the_process_holds_no_more_than_was_counted() -> None:
    tracemalloc.start()
    kept = KeptFrames()
    while not kept.is_full:
        kept.add(frames(50, size=6000), at=1.0)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert held < 1.1 * MOST_BYTES
