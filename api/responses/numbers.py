"""The answer to a list of phone numbers, each of which was taken or refused by itself."""

from fastapi.responses import JSONResponse

from worker.usecases.records.block_numbers import Handled


def handled_numbers(handled: Handled) -> JSONResponse:
    """Return the numbers that were taken, and each other one with its problem."""
    fail = [{phone: error} for phone, error in handled.problems]
    return JSONResponse({"fail": fail, "message": "successfully", "success": list(handled.taken)})
