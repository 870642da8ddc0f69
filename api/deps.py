"""What endpoints depend on: the services, the request's tenant, and paging."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Final, Protocol
from uuid import UUID

from fastapi import Depends, Header, Query, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

from api.auditing import sent_of
from api.requests.body import MOST_NAMED, Body
from worker.domain.caps import Cap
from worker.domain.json_value import Json
from worker.domain.repeated_request import HEADER as IDEMPOTENCY_KEY
from worker.ports.callbacks.store import CallbackStore
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.messages import JobQueue, Wakeups
from worker.ports.dispatch.second_source import CdrFormat
from worker.ports.dispatch.store import DispatchStore
from worker.ports.dispatch.telephony import Telephony
from worker.ports.paging import Page, Slice
from worker.ports.records.access import Caller
from worker.ports.records.audit import Act
from worker.ports.records.entities import Tenant
from worker.ports.records.joined import JoinedTransactions
from worker.ports.records.mails import MailSender
from worker.ports.records.recordings import RecordingFiles
from worker.ports.records.report_files import ReportWriter
from worker.ports.records.request_limits import RequestLimits
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.ports.records.surroundings import Surroundings
from worker.ports.records.workbooks import WorkbookWriter
from worker.ports.sounds import AudioReader, SoundNames, SoundStore, SpeechEngines
from worker.usecases.agents.transaction import AgentStore
from worker.usecases.records.cdr_places import CdrPlaces
from worker.usecases.records.limit_requests import import_place

LARGEST_SLICE: Final = 10_000
LARGEST_OFFSET: Final = 2**53
BEARER: Final = Depends(
    HTTPBearer(auto_error=False, description="A key of `callbeat token create`, or an access token")
)
"""Describes the token in OpenAPI; the middleware checks it."""


class ApiServices(Protocol):
    """The services that endpoints use."""

    @property
    def store(self) -> RecordStore: ...
    @property
    def callback_store(self) -> CallbackStore: ...
    @property
    def dispatch_store(self) -> DispatchStore: ...
    @property
    def people_store(self) -> AgentStore: ...
    @property
    def cdr_format(self) -> CdrFormat: ...
    @property
    def telephony(self) -> Telephony: ...
    @property
    def queue(self) -> JobQueue: ...
    @property
    def wakeups(self) -> Wakeups: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def new_id(self) -> Callable[[], UUID]: ...
    @property
    def chance(self) -> Callable[[], float]: ...
    @property
    def api_token(self) -> str | None: ...
    @property
    def caps(self) -> Mapping[Cap, int]: ...
    @property
    def callback_https_only(self) -> bool: ...
    def acting(self, act: Act) -> "ApiServices":
        """Return the same services for one request, whose changes the audit trail gets."""

    @property
    def request_limits(self) -> RequestLimits: ...
    @property
    def why_never_sent(self) -> Callable[[str], str]: ...
    @property
    def sounds(self) -> SoundStore: ...
    @property
    def recordings(self) -> RecordingFiles: ...
    @property
    def workbooks(self) -> WorkbookWriter: ...
    @property
    def report_files(self) -> ReportWriter: ...
    @property
    def mails(self) -> MailSender: ...
    @property
    def engines(self) -> SpeechEngines: ...
    @property
    def audio_reader(self) -> AudioReader: ...
    @property
    def spoken_names(self) -> SoundNames | None: ...
    @property
    def surroundings(self) -> Surroundings: ...
    @property
    def probes(self) -> Mapping[str, Callable[[], None]]: ...
    def joined(self, first: Callable[[RecordTransaction], None]) -> tuple[JoinedTransactions, "ApiServices"]:
        """Return the same services for one request, all of whose transactions are a single one that begins so."""


def services_of(request: Request) -> ApiServices:
    """Return the application's services, or those that this request has of its own."""
    services: ApiServices = getattr(request.state, "services", None) or request.app.state.services
    return services


# These only pass a value on. They are coroutines because FastAPI runs plain functions in a thread each.


async def _services(request: Request) -> ApiServices:
    services = services_of(request)
    act: Act | None = getattr(request.state, "act", None)
    if act is None:
        return services
    return services.acting(replace(act, sent=sent_of(getattr(request, "parsed", None), endpoint=act.action)))


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


async def _tenant(request: Request) -> Tenant:
    return (await _caller(request)).tenant


async def _slice(
    limit: Annotated[int, Query(ge=0, le=LARGEST_SLICE)] = 10,
    offset: Annotated[int, Query(ge=0, le=LARGEST_OFFSET)] = 0,
) -> Slice:
    return Slice(limit, offset)


def _check_broker(request: Request) -> None:
    services_of(request).wakeups.check()


def _import_place(request: Request) -> Iterator[None]:
    services = services_of(request)
    with import_place(services.request_limits, tenant=request.state.caller.tenant, caps=services.caps):
        yield


async def _stops_calls() -> None:
    pass


async def _places(request: Request) -> CdrPlaces:
    places: CdrPlaces = request.app.state.cdr_places
    return places


async def _once(
    _key: Annotated[
        str,
        Header(alias=IDEMPOTENCY_KEY, description="A text of your own: the same request with it is done only once."),
    ] = "",
) -> None:
    pass


Services = Annotated[ApiServices, Depends(_services)]
Whose = Annotated[Tenant, Depends(_tenant)]
Who = Annotated[Caller, Depends(_caller)]
ASKS_FOR_CALLS: Final = Depends(_check_broker)
"""Requests that start calls get 503 while the broker is down, and nothing is stored."""
IMPORTS: Final = Depends(_import_place)
"""Requests that import many leads get 429 while too many others of their tenant run."""
STOPS_CALLS: Final = Depends(_stops_calls)
"""Marks requests that keep calls from being dialled: their tenant's other requests leave them room."""
ONCE: Final = Depends(_once)
"""Requests that create or import: with an ``Idempotency-Key`` the middleware answers a repeated one as the first."""
Part = Annotated[Slice, Depends(_slice)]
Places = Annotated[CdrPlaces, Depends(_places)]
"""Where far pages of CDRs begin."""


def answered(
    answer: Mapping[str, Json], *, to: Body, headers: Mapping[str, str] | None = None, ignored_below: Sequence[str] = ()
) -> JSONResponse:
    """Return the answer to a body; it names what was sent and changed nothing, also in rows that were read apart."""
    named = [*to.ignored(), *ignored_below][:MOST_NAMED]
    ignored: list[Json] = [*named]
    return JSONResponse({**answer, "ignored": ignored} if ignored else answer, headers=headers)


def listed(page: Page[Mapping[str, Json]], part: Slice) -> JSONResponse:
    """Return the list envelope with the paging that was used."""
    return JSONResponse({"data": list(page.rows), "limit": part.limit, "offset": part.offset, "total": page.total})
