"""Which endpoint of the API each page of `/ops` stands for: it needs the same role, and is audited under its name."""

from collections.abc import Mapping
from typing import Final

_LIST: Final = "GET /v3/campaign"
_OF_ONE: Final = "/campaign/{campaign_uuid}"
_MANY: Final = "/ops/campaigns/all"

PAGES: Final[Mapping[str, str]] = {
    "GET /ops": _LIST,
    "GET /ops/campaigns/live": _LIST,
    "POST /ops/log-out": _LIST,
    f"GET {_MANY}/{{action}}": f"PUT /v3{_OF_ONE}",
    f"POST {_MANY}/pause": f"POST /v3{_OF_ONE}/run/pause",
    f"POST {_MANY}/resume": f"POST /v3{_OF_ONE}/run/start",
    f"POST {_MANY}/limits": f"PUT /v3{_OF_ONE}",
    f"GET /ops{_OF_ONE}": f"GET /v3{_OF_ONE}",
    f"GET /ops{_OF_ONE}/live": f"GET /v3{_OF_ONE}",
    f"GET /ops{_OF_ONE}/before": f"GET /v3{_OF_ONE}",
    f"GET /ops{_OF_ONE}/calls": "GET /v3/cdr",
    f"GET /ops{_OF_ONE}/figures": f"GET /v3{_OF_ONE}",
    f"GET /ops{_OF_ONE}/report": "GET /v3/report/call/campaign/{campaign_uuid}",
    f"GET /ops{_OF_ONE}/report/file": "GET /v3/report/call/campaign/{campaign_uuid}",
    f"GET /ops{_OF_ONE}/run/{{action}}": f"PUT /v3{_OF_ONE}",
    f"POST /ops{_OF_ONE}/run/start": f"POST /v3{_OF_ONE}/run/start",
    f"POST /ops{_OF_ONE}/run/pause": f"POST /v3{_OF_ONE}/run/pause",
    f"POST /ops{_OF_ONE}/run/stop": f"POST /v3{_OF_ONE}/run/stop",
    f"GET /ops{_OF_ONE}/edit": f"PUT /v3{_OF_ONE}",
    f"POST /ops{_OF_ONE}/edit/preview": f"PUT /v3{_OF_ONE}",
    f"POST /ops{_OF_ONE}/edit": f"PUT /v3{_OF_ONE}",
    "GET /ops/callbacks": "GET /v3/callback",
    "GET /ops/callbacks/replay": "POST /v3/callback/replay",
    "POST /ops/callbacks/replay": "POST /v3/callback/replay",
    "POST /ops/callbacks/url/enable": "POST /v3/callback/url/enable",
    "GET /ops/carriers": "GET /v3/carrier",
    "GET /ops/switches": "GET /v3/switch",
    "GET /ops/switches/{action}": "PUT /v3/switch",
    "POST /ops/switches": "PUT /v3/switch",
    "GET /ops/number": "GET /v3/lead",
    "GET /ops/imports": "GET /v3/import",
    "GET /ops/imports/{import_uuid}": "GET /v3/import/{import_uuid}",
    "GET /ops/audit": "GET /v3/audit",
}
"""A page without a line cannot be imported."""
UNCHANGING: Final = frozenset({"POST /ops/log-out", f"POST /ops{_OF_ONE}/edit/preview"})
"""What is posted and changes nothing that the audit trail keeps."""


def operation_of(method: str, path: str) -> str:
    """Return the endpoint that a page stands for; raises ``LookupError`` when the table has no line for it."""
    found = PAGES.get(f"{method} {path}")
    if found is None:
        raise LookupError(f"{method} {path} has no line in api/ops/access.py")
    return found
