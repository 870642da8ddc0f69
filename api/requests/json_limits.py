"""Which JSON can be kept as it came: in both databases, and in everything that is told of it later."""

from typing import Any, Final

DEEPEST: Final = 32
NO_NUL: Final = "text must not contain NUL"
LARGEST_NUMBER: Final = 2**63 - 1
"""Beyond it neither database gives back the digits that were sent."""


def why_not_kept(parsed: Any) -> str:  # Any: whatever the JSON holds
    """Say what no part of ours could keep: NUL in a text, or a depth that is nobody's data; empty when all is well."""
    left = [(parsed, 1)]
    while left:
        value, depth = left.pop()
        match value:
            case str() if "\0" in value:
                return NO_NUL
            case dict() | list() if depth > DEEPEST:
                return "body is nested too deep"
            case dict():
                left.extend((inner, depth + 1) for pair in value.items() for inner in pair)
            case list():
                left.extend((inner, depth + 1) for inner in value)
            case _:
                pass
    return ""


def holds_too_large_a_number(parsed: Any) -> bool:  # Any: JSON that passed ``why_not_kept``
    """Whether somewhere in it is a number that would come back as another one."""
    match parsed:
        case dict():
            return any(holds_too_large_a_number(inner) for inner in parsed.values())
        case list():
            return any(holds_too_large_a_number(inner) for inner in parsed)
        case int() | float():
            return abs(parsed) > LARGEST_NUMBER
        case _:
            return False
