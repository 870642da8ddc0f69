"""The digits of decimal numbers."""

from decimal import Decimal
from typing import Final

_CENTS_DIGITS: Final = 2


def fraction_digits(number: Decimal) -> str:
    """Return the digits after the point as they were written, without it; empty for a whole number."""
    _, point, fraction = format(number, "f").partition(".")
    return fraction if point and fraction.strip("0") else ""


def minor_units(amount: Decimal) -> int | None:
    """Return the hundredths of an amount with one or two digits after the point; None for others, and below 0."""
    fraction = fraction_digits(amount)
    return int(fraction.ljust(_CENTS_DIGITS, "0")) if amount >= 0 and 0 < len(fraction) <= _CENTS_DIGITS else None
