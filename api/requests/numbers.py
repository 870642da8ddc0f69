"""Lists of phone numbers, of which each row is checked by itself: a bad row never fails the others."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from api.errors import problems_line
from api.requests.body import Body
from api.requests.leads import Words, as_text

MOST_NUMBERS: Final = 2000

Phone = Annotated[str, Field(max_length=64)]
Rows = Annotated[list[Any], Field(max_length=MOST_NUMBERS)]  # Any: rows as they were sent, checked one by one
Problems = list[tuple[str, str]]
"""The number as it was sent, or the row's place, and what is wrong with it."""
RowT = TypeVar("RowT", bound=Body)
_PHONE: Final = TypeAdapter(Annotated[Words, Field(max_length=64)])


def ignored_keys(rows: Sequence[Body], *, path: str) -> list[str]:
    """Return the keys of rows that changed nothing, each after its row's place among those of the right form."""
    return [key for place, row in enumerate(rows) for key in row.ignored_below(f"{path}.{place}.")]


def checked_rows(rows: Sequence[Any], model: type[RowT]) -> tuple[list[RowT], Problems]:  # Any: see above
    """Return the rows of the right form, and the problem of each other row."""
    good: list[RowT] = []
    problems: Problems = []
    for place, row in enumerate(rows):
        try:
            good.append(model.model_validate(row))
        except ValidationError as error:
            problems.append((_name(row, place), problems_line(error)))
    return good, problems


def checked_phones(rows: Sequence[Any]) -> tuple[list[str], Problems]:  # Any: see above
    """Return the numbers that are texts or digits, and the problem of each other row."""
    good: list[str] = []
    problems: Problems = []
    for place, row in enumerate(rows):
        try:
            good.append(_PHONE.validate_python(row))
        except ValidationError as error:
            problems.append((_name({"phone_number": row}, place), problems_line(error)))
    return good, problems


def _name(row: Any, place: int) -> str:  # Any: see above
    """Return how an answer names a row: by its number, otherwise by its place (0 is the first)."""
    phone = as_text(row.get("phone_number")) if isinstance(row, dict) else None
    return phone[:64] if isinstance(phone, str) and phone else f"row {place}"
