"""A carrier's rotation survives storing; what another release stored costs fairness, never a plan."""

import pytest

from worker.domain.json_value import Json
from worker.domain.rotation import Served
from worker.store.dispatch.rotation import to_json, to_rotation


def test_a_rotation_is_read_back_as_it_was_stored() -> None:
    rotation = {"list": Served("viettel", {"viettel": "a", "mobi": "b"}), "otp": Served()}

    assert to_rotation(to_json(rotation)) == rotation


@pytest.mark.parametrize(
    "stored", [{}, None, [], {"list": "viettel", "list.viettel": "a"}, {"list": {"pool": 3}}, {"list": {"pool": "x"}}]
)
def test_another_shape_is_an_empty_rotation(stored: Json) -> None:
    assert to_rotation(stored) == {}
