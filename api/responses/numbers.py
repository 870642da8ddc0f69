"""The answer to a list of phone numbers, each of which was taken or refused by itself."""

from collections.abc import Sequence

from worker.domain.json_value import Json
from worker.usecases.records.block_numbers import Handled


def handled_numbers(handled: Handled, *, malformed: Sequence[tuple[str, str]] = ()) -> dict[str, Json]:
    """Return the numbers that were taken, and each other one, or its row, with its problem."""
    fail: list[Json] = [{phone: error} for phone, error in (*malformed, *handled.problems)]
    return {"fail": fail, "message": "successfully", "success": list(handled.taken)}
