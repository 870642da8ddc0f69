"""Pages from templates; every value is escaped."""

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pendulum import DateTime

from api.access import check_access, needed_for
from api.deps import services_of
from api.ops.access import operation_of
from api.ops.files import address_of
from api.ops.look import Theme, look_of
from api.ops.session import FIELD, csrf_of
from api.ops.wording import Wording
from worker.domain.errors import Forbidden, Unavailable
from worker.domain.gateway_access import OPERATORS_TENANT
from worker.domain.hold import Hold
from worker.domain.language import Language
from worker.ports.records.access import Caller
from worker.ports.records.entities import Tenant

TEMPLATES: Final = Path(__file__).with_name("templates")
PLACES: Final = ("callbacks", "carriers", "switches", "number", "imports", "audit")
"""The pages beside the list of campaigns; each has the name of its path."""
_NO_ZONE: Final = "UTC"
"""Before a log-in no time is shown."""


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["file"] = address_of
    made.globals["field"] = FIELD
    return made


def wording_for(tenant: Tenant, *, language: Language, now: DateTime) -> Wording:
    """Return how things are said to a tenant's reader at this moment."""
    return Wording(language, tenant.timezone, now, names_switches=tenant.name == OPERATORS_TENANT)


def say_to(request: Request) -> Wording:
    """Return how things are said to the caller who is logged in."""
    caller: Caller = request.state.caller
    return wording_for(caller.tenant, language=look_of(request).language, now=services_of(request).clock.now())


def fragment(name: str, *, say: Wording, **values: Any) -> str:  # Any: what a template shows
    """Return a part of a page."""
    return _environment().get_template(name).render(say=say, t=say.text, **values)


def page(
    request: Request,
    name: str,
    *,
    status: int = 200,
    csrf: str | None = None,
    **values: Any,  # Any: see above
) -> HTMLResponse:
    """Return a whole page in its frame, for the caller who is logged in."""
    caller: Caller | None = getattr(request.state, "caller", None)
    look, now = look_of(request), services_of(request).clock.now()
    say = Wording(look.language, _NO_ZONE, now)
    if caller is not None:
        say = wording_for(caller.tenant, language=look.language, now=now)
    text = fragment(
        name,
        say=say,
        hold=None if caller is None else _hold(request),
        look=look,
        languages=tuple(Language),
        themes=tuple(Theme),
        caller=caller,
        csrf=csrf_of(request) if csrf is None else csrf,
        places=[] if caller is None else _places(caller),
        place="/ops/" + request.url.path.split("/")[2] if request.url.path.count("/") > 1 else request.url.path,
        here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        **values,
    )
    return HTMLResponse(text, status_code=status)


def _hold(request: Request) -> Hold | None:
    """Return the hold of the installation for the banner; a page that reports a database that is away has none."""
    with suppress(Unavailable), services_of(request).store.reading() as tx:
        return tx.installation.hold()
    return None


def _places(caller: Caller) -> list[tuple[str, str]]:
    """Return the pages that the caller may open, with the keys of their names."""
    open_to = [name for name in PLACES if _is_open(f"/ops/{name}", caller)]
    return [("/ops", "campaigns"), *((f"/ops/{name}", "numbers" if name == "number" else name) for name in open_to)]


def _is_open(path: str, caller: Caller) -> bool:
    try:
        check_access(caller, needed_for(*operation_of("GET", path).split(" ")))
    except Forbidden:
        return False
    return True
