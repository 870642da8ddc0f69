"""Broken rules in the wire's words."""

from api.errors import problems_of


def test_a_rule_that_has_no_wording_of_the_wire_speaks_for_itself() -> None:
    assert problems_of([{"type": "odd", "loc": ("body", "a", 0, "b"), "msg": "is odd"}]) == [{"a.0.b": "is odd"}]
