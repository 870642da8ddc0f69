"""Which JSON can be stored unchanged in both databases and returned unchanged later."""

from typing import Any, Final

DEEPEST: Final = 32
NO_NUL: Final = "text must not contain NUL"
LARGEST_NUMBER: Final = 2**63 - 1
"""A larger number does not come back from either database with the same digits."""


def why_not_kept(parsed: Any) -> str:  # Any: JSON of any shape
    """Return what cannot be stored: a NUL in a text, or nesting deeper than real data; empty when all is well."""
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
    """Return True when the value holds a number that would come back as another one."""
    match parsed:
        case dict():
            return any(holds_too_large_a_number(inner) for inner in parsed.values())
        case list():
            return any(holds_too_large_a_number(inner) for inner in parsed)
        case int() | float():
            return abs(parsed) > LARGEST_NUMBER
        case _:
            return False
