"""Which numbers a tenant may call."""

import pytest

from worker.domain.destinations import is_allowed, read_rules
from worker.domain.network import Network

MOBILE = "0981000000"
LANDLINE = "02473000000"


@pytest.mark.parametrize(
    ("rules", "mobile", "landline"),
    [
        ((), True, True),
        (("09",), True, False),
        (("!024",), True, False),
        (("0", "!09"), False, True),
        (("!09", "0981"), True, False),  # the longest prefix decides; something is allowed, so others are not
        (("0981", "!0981"), False, False),
        (("viettel",), True, False),
        (("!tel",), True, False),
        (("!viettel", "0981"), True, False),  # a prefix goes before the network
        (("viettel", "tel", "!02473"), True, False),
        (("mobi",), False, False),
    ],
)
def test_the_longest_prefix_decides_then_the_network(rules: tuple[str, ...], mobile: bool, landline: bool) -> None:  # noqa: FBT001 - a table
    assert is_allowed(MOBILE, network=Network.VIETTEL, rules=rules) is mobile
    assert is_allowed(LANDLINE, network=Network.TEL, rules=rules) is landline


def test_rules_are_read_once_each() -> None:
    assert read_rules("03, 09,!0900,tel,03") == ("03", "09", "!0900", "tel")
    assert read_rules("any") == ()


@pytest.mark.parametrize("text", ["", "84", "+84", "9", "0x", "!!09", "09,", "moon", "0123456789012345", "٠٩"])
def test_a_rule_that_fits_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not rules"):
        read_rules(text)
