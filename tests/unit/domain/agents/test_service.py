"""Who may serve a campaign, and what its settings say about agents."""

from uuid import UUID

import pytest
from pendulum import Duration

from worker.domain.agents.service import Service, may_serve, service_of
from worker.domain.agents.strategy import Strategy
from worker.domain.ids import GroupId, UserId

ANNA, BINH = UserId(UUID(int=1)), UserId(UUID(int=2))
SALES, HELP = GroupId(UUID(int=11)), GroupId(UUID(int=12))


def test_stored_settings_are_read_in_either_form() -> None:
    found = service_of(
        {
            "call_center_queue_strategy": "round-robin",
            "wrap_up_seconds": 5,
            "users": [str(ANNA), {"user_uuid": str(BINH)}, 7, "nobody", {}],
            "groups": [{"group_uuid": str(SALES)}],
        }
    )

    assert found == Service(
        strategy=Strategy.ROUND_ROBIN,
        wrap_up=Duration(seconds=5),
        users=frozenset({ANNA, BINH}),
        groups=frozenset({SALES}),
    )
    assert service_of({}) == Service()


@pytest.mark.parametrize(
    ("service", "assigned", "expected"),
    [
        (Service(), (), True),
        (Service(users=frozenset({ANNA})), (), True),
        (Service(users=frozenset({BINH})), (), False),
        (Service(groups=frozenset({SALES})), (), True),
        (Service(groups=frozenset({HELP})), (), False),
        (Service(users=frozenset({BINH})), (SALES,), True),
        (Service(), (HELP,), False),
    ],
)
def test_a_campaign_is_served_by_those_it_names_and_by_all_when_it_names_nobody(
    service: Service, assigned: tuple[GroupId, ...], *, expected: bool
) -> None:
    assert may_serve(ANNA, service=service, own_groups=[SALES], assigned_groups=assigned) is expected
