"""Who may dial over a gateway, and with which caller ids."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, a_campaign, a_carrier, a_situation
from worker.domain.carrier import Carrier, DialType, route
from worker.domain.gateway_access import (
    ANY,
    OPERATORS_TENANT,
    Access,
    GatewayGrant,
    GatewayLimits,
    access_of,
    granted_of,
)
from worker.domain.network import Network
from worker.domain.permitted import permitted, refused_fields, why_not_permitted
from worker.domain.planner import calls_to_start
from worker.domain.reason import Reason, Why

LIMITS = GatewayLimits(concurrent_call=3)
NUMBERS = st.lists(st.text(alphabet="012", min_size=1, max_size=3), max_size=5)
PATTERNS = st.lists(st.just(ANY) | st.from_regex(r"[012]{1,3}\*?", fullmatch=True), max_size=4)


@pytest.mark.parametrize(("tenant", "may"), [(OPERATORS_TENANT, True), ("acme", False)])
def test_a_gateway_that_nobody_has_added_is_the_operators(tenant: str, *, may: bool) -> None:
    assert access_of(tenant=tenant, gateway=None, grant=None) == Access(is_granted=may)


@pytest.mark.parametrize("tenant", [OPERATORS_TENANT, "acme"])
def test_a_gateway_that_was_added_needs_a_grant(tenant: str) -> None:
    granted = GatewayGrant(caller_ids=("0281",), since=NOON)
    revoked = GatewayGrant(caller_ids=(), since=NOON, is_revoked=True)

    found = [access_of(tenant=tenant, gateway=LIMITS, grant=grant) for grant in (None, granted, revoked)]

    assert found == [
        Access(is_granted=False, limits=LIMITS),
        Access(caller_ids=("0281",), since=NOON, limits=LIMITS),
        Access(is_granted=False, caller_ids=(), since=NOON, limits=LIMITS),
    ]


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("0281", ["0281"]),
        ("028*", ["0281", "0282", "028"]),
        ("*", ["0281", "0282", "028", "+8428"]),
        ("+84*", ["+8428"]),
    ],
)
def test_a_pattern_is_a_number_or_how_it_begins(pattern: str, shown: list[str]) -> None:
    numbers = ["0281", "0282", "028", "+8428"]

    assert granted_of(numbers, Access(caller_ids=(pattern,))) == tuple(shown)


def test_without_a_pattern_no_caller_id_is_shown() -> None:
    assert granted_of(["0281"], Access(caller_ids=())) == ()


CARRIERS = st.builds(
    a_carrier,
    dial_type=st.sampled_from(DialType),
    caller_ids=NUMBERS.map(tuple),
    network_caller_ids=st.dictionaries(st.sampled_from(Network), NUMBERS.map(tuple)),
)


@given(carrier=CARRIERS, patterns=PATTERNS, network=st.sampled_from(Network), chance=st.floats(0, 1, exclude_max=True))
def test_no_call_shows_a_number_that_is_not_granted(
    carrier: Carrier, patterns: list[str], network: Network, chance: float
) -> None:
    access = Access(caller_ids=tuple(patterns))
    may = permitted(carrier, access)

    shown = route(may, network=network, chance=chance).caller_id

    assert not shown or granted_of([shown], access)
    assert bool(why_not_permitted(may)) == (carrier.has_caller_id and not may.has_caller_id)


@given(carrier=CARRIERS)
def test_a_grant_of_any_caller_id_changes_nothing(carrier: Carrier) -> None:
    assert permitted(carrier, Access()) == carrier


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"caller_id": "0281,0999"}, ("caller_id",)),
        ({"caller_id": "0281", "caller_id_mobi": "0999"}, ()),
        (
            {"dial_type": DialType.SIP_RANDOM_BY_NETWORK, "caller_id_mobi": "0999", "caller_id_vina": "0282"},
            ("caller_id_mobi",),
        ),
    ],
)
def test_the_fields_of_refused_numbers_are_named(changed: dict[str, Any], fields: tuple[str, ...]) -> None:
    dial_type = changed.pop("dial_type", DialType.SIP_ONE)

    assert refused_fields(changed, dial_type=dial_type, access=Access(caller_ids=("028*",))) == fields


@pytest.mark.parametrize(
    ("access", "reason"),
    [
        (Access(is_granted=False, since=NOON), Reason.GATEWAY_NOT_GRANTED),
        (Access(caller_ids=("0999",), since=NOON), Reason.CALLER_ID_NOT_GRANTED),
    ],
)
def test_what_is_not_granted_is_not_planned_and_says_since_when(access: Access, reason: Reason) -> None:
    campaign = a_campaign()

    plan = calls_to_start(a_situation(campaign, carrier=permitted(a_carrier(), access)), now=NOON)

    assert (plan.grants, plan.reasons[campaign.id]) == ((), (Why(reason, since=NOON),))
