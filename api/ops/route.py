"""What each request for a page passes: limits, the session and its role, and the form's token against forgery."""

from typing import ClassVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from typing_extensions import override

from api.access import check_access, needed_for
from api.auditing import act_of, is_entered
from api.authentication import address_of
from api.deps import services_of
from api.middleware import Handler, bodies_of, limit_of, refuse_nul
from api.ops.access import UNCHANGING, operation_of
from api.ops.forms import FormRequest
from api.ops.headers import secured
from api.ops.problems import problem_page
from api.ops.session import FIELD, caller_in_session, check_csrf
from worker.domain.errors import CallbeatError
from worker.domain.login_limit import site_of
from worker.ports.records.request_limits import Traffic
from worker.usecases.records.limit_requests import admit_request

_STOPS: tuple[str, ...] = ("/run/pause", "/run/stop")


class PageRoute(APIRoute):
    """A route of the page, for a caller who is logged in with the role of the endpoint that it stands for."""

    needs_session: ClassVar[bool] = True

    @override
    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        self.method = "".join(self.methods or ())
        if self.needs_session:
            self.operation = operation_of(self.method, self.path_format)
            self.needed = needed_for(*self.operation.split(" "))
            self.traffic = Traffic.STOPS if self.operation.endswith(_STOPS) else Traffic.ORDINARY

        async def guarded(request: Request) -> Response:
            try:
                return secured(await self._answer(request, handle))
            except (CallbeatError, HTTPException, RequestValidationError) as error:
                return secured(await run_in_threadpool(problem_page, request, error))

        return guarded

    def let_in(self, request: Request) -> str:
        """Return whose budget of bodies the request uses; raise when it must not come in. It runs in a thread."""
        caller, services = caller_in_session(request), services_of(request)
        admit_request(services.request_limits, tenant=caller.tenant, traffic=self.traffic, caps=services.caps)
        request.state.caller = caller
        check_access(caller, self.needed)
        is_change = self.method != "GET" and f"{self.method} {self.path_format}" not in UNCHANGING
        if is_change and is_entered(self.operation):
            address, now = address_of(request), services.clock.now()
            request.state.act = act_of(request, caller, endpoint=self.operation, address=address, now=now)
        return str(caller.tenant.id)

    async def _answer(self, request: Request, handle: Handler) -> Response:
        refuse_nul(request)
        limit = limit_of(request)
        async with limit.admit():
            owner = await run_in_threadpool(self.let_in, request)
            if self.method == "GET":
                return await handle(request)
        form = FormRequest(request.scope, request.receive)
        with bodies_of(request).hold(owner=owner) as held:
            form.parse(await form.read_into(held))
            check_csrf(request, sent=form.one(FIELD))
            async with limit.admit():
                return await handle(form)


class OpenRoute(PageRoute):
    """A route without a session: the log-in, and how the page looks."""

    needs_session = False

    @override
    def let_in(self, request: Request) -> str:
        return f"log-in {site_of(address_of(request))}"
