"""What the audit trail gets to know of a command: its name, its options and who types it."""

import getpass
import socket
from collections.abc import Mapping
from typing import Final

from typer.main import get_current_context  # type: ignore[attr-defined]  # Typer may carry a Click of its own

from worker.clock import SystemClock
from worker.domain.ids import TenantId
from worker.domain.json_value import Json
from worker.domain.masking import masked
from worker.ports.records.audit import Act, Subject

UNAUDITED: Final = frozenset({"cdr-spool", "up", "demo"})
"""Commands that carry calls or data, and change nothing that an operator decides."""


def act_of_command(*, tenant_id: TenantId | None = None, subject: Subject | None = None) -> Act | None:
    """Return what the running command's changes are entered as; None where nothing is entered.

    The tenant reads entries that name it; of the subject the entry has what was changed.
    """
    context = get_current_context(silent=True)
    if context is None or context.info_name in UNAUDITED:
        return None
    sent = masked({name: _json(value) for name, value in context.params.items() if _is_given(value)})
    return Act(
        at=SystemClock().now(),
        tenant_id=tenant_id,
        actor="command line",
        address=user_here(),
        action=context.command_path,
        subject=subject,
        subject_id="" if subject is None else str(subject.id),
        sent=sent if isinstance(sent, Mapping) else None,
    )


def user_here() -> str:
    """Return who types on which machine."""
    return f"{_user()}@{socket.gethostname()}"


def _is_given(value: object) -> bool:
    """Return False for an option that was left out; a limit of zero was given, though it equals False."""
    return value is not None and value is not False and value not in ([], ())


def _json(value: object) -> Json:
    match value:
        case bool() | int() | float():
            return value
        case list() | tuple():  # an option that may be repeated
            return [_json(one) for one in value]
        case _:
            return str(value)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "unknown"
