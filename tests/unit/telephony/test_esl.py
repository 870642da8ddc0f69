from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.recordings import RECORDINGS, recorded_events, recorded_frames
from worker.telephony.esl import BODY, BrokenStream, Frame, FrameReader, MalformedEvent, event_of


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording_cut_at_every_byte_gives_the_same_frames(recording: Path) -> None:
    stream = recording.read_bytes()
    whole = FrameReader().feed(stream)
    reader = FrameReader()

    pieces = [frame for index in range(len(stream)) for frame in reader.feed(stream[index : index + 1])]

    assert pieces == whole
    assert whole[0].content_type == ("command/reply" if recording.stem.startswith("outbound") else "auth/request")


@given(data=st.data(), recording=st.sampled_from(RECORDINGS))
def test_a_recording_cut_anywhere_gives_the_same_frames(data: st.DataObject, recording: Path) -> None:
    stream = recording.read_bytes()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    reader = FrameReader()

    pieces = [
        frame
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)
        for frame in reader.feed(stream[start:end])
    ]

    assert pieces == FrameReader().feed(stream)


def test_nothing_of_a_recording_is_left_over() -> None:
    for recording in RECORDINGS:
        reader = FrameReader()
        reader.feed(recording.read_bytes())

        (frame,) = reader.feed(b"Content-Type: command/reply\nReply-Text: +OK\n\n")

        assert frame.text == "+OK"


def test_replies_say_what_was_answered() -> None:
    texts = [frame.text for frame in recorded_frames("commands")]

    assert texts[1] == "+OK accepted"
    assert texts[4:8] == ['{"row_count": 0}\n', "\n0 total.\n", "false", "-ERR No such channel!\n"]
    assert texts[-2] == "+OK bye"


def test_a_plain_event_is_decoded() -> None:
    (*_, complete, _) = recorded_events("plain-answered-bye-by-callee")

    assert complete["Event-Name"] == "CHANNEL_HANGUP_COMPLETE"
    assert complete["variable_caller_id"] == '"Outbound Call" <0981234560>'


@pytest.mark.parametrize("kind", ["plain", "json"])
def test_a_job_carries_its_result_as_body(kind: str) -> None:
    job = next(event for event in recorded_events(f"{kind}-busy-486") if event["Event-Name"] == "BACKGROUND_JOB")

    assert job[BODY] == "-ERR USER_BUSY\n"
    assert job["Job-Command-Arg"].startswith("{origination_uuid=")


@pytest.mark.parametrize("call", ["busy-486", "no-answer-timeout", "answered-bye-by-callee"])
def test_plain_and_json_events_have_the_same_names(call: str) -> None:
    plain, json = recorded_events(f"plain-{call}"), recorded_events(f"json-{call}")

    assert [event["Event-Name"] for event in plain] == [event["Event-Name"] for event in json]
    assert [event.keys() for event in plain] == [event.keys() for event in json]


def test_a_variable_with_several_values_reads_as_in_the_plain_format() -> None:
    frame = _event("json", b'{"Event-Name":"X","variable_a":["1","2"],"variable_b":null}')

    assert event_of(frame) == {"Event-Name": "X", "variable_a": "ARRAY::1|:2", "variable_b": ""}


def test_a_far_end_that_sends_no_utf_8_does_not_spoil_its_event() -> None:
    frame = _event("json", b'{"Event-Name":"X","variable_name":"Jos\xe9"}')

    assert event_of(frame)["variable_name"] == "Jos\ufffd"


@pytest.mark.parametrize(
    ("kind", "body"), [("json", b"{"), ("json", b"[]"), ("json", b"{}"), ("plain", b"A: b\n\n"), ("xml", b"<event/>")]
)
def test_what_is_no_event_is_odd(kind: str, body: bytes) -> None:
    with pytest.raises(MalformedEvent):
        event_of(_event(kind, body))


@pytest.mark.parametrize("length", [b"-1", b"ten", b"1e3", "\u0661".encode(), b"33554433"])
def test_a_length_that_cannot_be_breaks_the_stream(length: bytes) -> None:
    with pytest.raises(BrokenStream, match=r"Content-Length|bytes"):
        FrameReader().feed(b"Content-Type: api/response\nContent-Length: %s\n\n" % length)


@pytest.mark.parametrize("end", [b"", b"\n\n"])
def test_headers_without_end_break_the_stream(end: bytes) -> None:
    reader = FrameReader(longest_headers=100)

    with pytest.raises(BrokenStream, match="100 bytes"):
        reader.feed(b"X" * 101 + end)


def _event(kind: str, body: bytes) -> Frame:
    return Frame({"Content-Type": f"text/event-{kind}"}, body)
