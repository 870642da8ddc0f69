"""How many bytes of request bodies are held at once."""

import pytest
from fastapi.testclient import TestClient

from api.body_budget import FREE_BYTES, BodyBudget
from worker.domain.errors import Unavailable


def test_all_bodies_together_are_bounded_and_free_again_afterwards() -> None:
    budget = BodyBudget(most=1000, most_of_one=600)

    with budget.hold(owner="a") as first, budget.hold(owner="b") as second:
        first.grow_to(FREE_BYTES + 600)
        second.grow_to(FREE_BYTES + 400)
        with budget.hold(owner="c") as third, pytest.raises(Unavailable, match="too many bytes"):
            third.grow_to(FREE_BYTES + 1)

    with budget.hold(owner="c") as later:
        later.grow_to(FREE_BYTES + 600)


def test_one_owner_leaves_room_for_others() -> None:
    budget = BodyBudget(most=1000, most_of_one=600)

    with budget.hold(owner="a") as first, budget.hold(owner="a") as second, budget.hold(owner="b") as other:
        first.grow_to(FREE_BYTES + 500)
        with pytest.raises(Unavailable):
            second.grow_to(FREE_BYTES + 101)
        other.grow_to(FREE_BYTES + 500)


def test_a_short_body_is_always_taken() -> None:
    budget = BodyBudget(most=0, most_of_one=0)

    with budget.hold(owner="a") as held:
        held.grow_to(FREE_BYTES)
        with pytest.raises(Unavailable):
            held.grow_to(FREE_BYTES + 1)


def test_a_body_counts_each_byte_once() -> None:
    budget = BodyBudget(most=100, most_of_one=100)

    with budget.hold(owner="a") as held:
        for length in (50, 100, 80, 100):
            held.grow_to(FREE_BYTES + length)


def test_a_large_body_beside_too_many_is_told_to_come_again_and_a_stop_is_taken(
    client: TestClient, campaign: str
) -> None:
    client.app.state.bodies = BodyBudget(most=0, most_of_one=0)  # type: ignore[attr-defined]  # an ASGI app only

    large = client.put(f"/v3/campaign/{campaign}", json={"description": "x" * 2 * FREE_BYTES})
    stop = client.post(f"/v1/campaign/{campaign}/run/stop", json={})

    assert (large.status_code, large.headers["Retry-After"]) == (503, "1")
    assert large.json() == {"error": "too many bytes in request bodies at once"}
    assert stop.status_code == 200
