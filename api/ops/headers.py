"""What browsers may do with the page: run and load our own files only, and show it in no other page."""

from typing import Final

from starlette.responses import Response

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No script and no style inside the page."""
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FRESH: Final = {**HEADERS, "Cache-Control": "no-store"}
"""Of pages: they hold numbers of people."""


def secured(response: Response) -> Response:
    """Return the response with the headers of a page."""
    for name, value in FRESH.items():
        response.headers.setdefault(name, value)
    return response
