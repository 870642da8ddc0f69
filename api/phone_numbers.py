"""Phone numbers in requests: their stored form, and the wording of refusals."""

from typing import Final

from worker.domain.errors import Problem
from worker.domain.network import NotDialable, national_form

TOO_SHORT: Final = Problem("phone_number", "String length must be greater than or equal to 1")
NO_PHONE: Final = Problem("phone_number", "Does not match pattern '^(84|0[3|5|7|8|9])+([0-9]{8})$'")
"""The published wording; the number plan decides what is accepted."""


def national(text: str) -> str:
    """Return a number in its stored form; a text that is no number stays as it is, and no filter finds it."""
    try:
        return national_form(text)
    except NotDialable:
        return text
