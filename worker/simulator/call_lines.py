"""Lines of the log about one call, from the originate command that asked for it."""

from typing import Final

from worker.simulator.log import Line
from worker.simulator.originate import Dial

_MICROSECONDS: Final = 1_000_000
OF_AGENTS: Final = {
    "originated": "agent_called",
    "progress": "",
    "answered": "agent_up",
    "hangup": "agent_down",
    "refused": "agent_refused",
}
"""Events of legs to agents' telephones have names of their own, since they are no calls of a campaign."""


def call_line(event: str, dial: Dial, call_id: str, *, at: int, cause: str = "", why: str = "") -> Line:
    """Return the line; ``at`` is in microseconds."""
    variables = dial.variables
    return Line(
        event=OF_AGENTS.get(event, event) if dial.endpoint == "user" else event,
        at=at / _MICROSECONDS,
        call=call_id,
        number=dial.number,
        campaign=variables.get("callbeat_campaign", ""),
        lead=variables.get("callbeat_lead", ""),
        caller_id=variables.get("origination_caller_id_number", ""),
        gateway=dial.gateway,
        cause=cause,
        why=why,
    )
