"""The answer to a list of phone numbers, each of which was taken or refused by itself."""

from worker.domain.json_value import Json
from worker.usecases.records.block_numbers import Handled


def handled_numbers(handled: Handled) -> dict[str, Json]:
    """Return the numbers that were taken, and each other one with its problem."""
    fail: list[Json] = [{phone: error} for phone, error in handled.problems]
    return {"fail": fail, "message": "successfully", "success": list(handled.taken)}
