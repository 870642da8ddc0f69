"""Keys: what counts at the end of a call, and the forms in which they are stored and sent."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from worker.domain.keys import (
    MOST_KEYS,
    KeyPress,
    as_text,
    delay_of,
    from_text,
    keys_on_wire,
    pressed_at,
    settle_keys,
)

ONE, NINE = KeyPress("1", 1.5), KeyPress("9", 4.25)
PRESSES = st.lists(
    st.builds(
        KeyPress,
        st.sampled_from("0123456789*#ABCD"),
        st.none() | st.integers(0, 900_000).map(lambda milliseconds: milliseconds / 1000),
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    ("noted", "dialled", "settled"),
    [
        ((ONE, NINE), "19", (ONE, NINE)),
        ((ONE,), "19", (ONE, KeyPress("9"))),  # the event of the second was missed
        ((NINE,), "19", (KeyPress("1"), NINE)),
        ((), "19", (KeyPress("1"), KeyPress("9"))),
        ((ONE, NINE), "", ()),  # the switch's own record is the truth
        ((ONE, NINE), None, (ONE, NINE)),  # there is none
        ((), "1x", (KeyPress("1"),)),
    ],
)
def test_the_switchs_record_counts_and_events_tell_the_times(
    noted: tuple[KeyPress, ...], dialled: str | None, settled: tuple[KeyPress, ...]
) -> None:
    assert settle_keys(noted, dialled=dialled) == settled


@given(PRESSES)
def test_what_is_stored_comes_back(presses: list[KeyPress]) -> None:
    assert from_text(as_text(presses)) == tuple(presses)
    assert (as_text(presses) is None) == (not presses)


@given(PRESSES)
def test_the_wire_has_all_keys_and_the_last(presses: list[KeyPress]) -> None:
    told = json.loads(keys_on_wire(presses))

    assert told == ({"key": presses[-1].digit, "keys": [one.digit for one in presses]} if presses else {})


def test_a_held_key_is_kept_a_hundred_times() -> None:
    assert len(settle_keys((), dialled="1" * 500)) == MOST_KEYS


def test_the_time_of_the_last_key() -> None:
    assert delay_of((ONE, NINE)) == 4.25
    assert pressed_at((ONE, NINE), answered_at=NOON) == NOON.add(seconds=4, microseconds=250_000)
    assert pressed_at((ONE, KeyPress("9")), answered_at=NOON) is None
    assert pressed_at((), answered_at=NOON) is None
    assert pressed_at((ONE,), answered_at=None) is None
