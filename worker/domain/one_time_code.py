"""The code of an OTP: it is needed until its call has ended, and no record of the call carries it."""

from collections.abc import Mapping
from typing import Final

from worker.domain.json_value import Json

CODE: Final = "code_otp"
"""The key of the code in the additional data of an OTP's lead."""


def code_of(additional: Mapping[str, Json]) -> str:
    """Return the code; empty when there is none, or when it has been dropped."""
    code = additional.get(CODE, "")
    return code if isinstance(code, str) else ""


def with_code(additional: Mapping[str, Json], code: str) -> dict[str, Json]:
    """Return the data with this code in place of its own."""
    return {**additional, CODE: code}


def without_code(additional: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the data as CDRs and callbacks carry it: the key stays, its value is empty."""
    return with_code(additional, "") if CODE in additional else additional
