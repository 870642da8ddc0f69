"""Pause, resume or limit all campaigns that match the search and filter, after a confirmation that counts them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.datastructures import QueryParams
from starlette.responses import Response

from api.deps import ApiServices, Services, Who
from api.ops.campaigns import ListQuery
from api.ops.edit_form import number_in, refused_fields
from api.ops.forms import FormRequest, form_in
from api.ops.problems import status_and_message
from api.ops.render import page, say_to
from api.ops.route import PageRoute
from api.requests.campaign_copy import ChangedCampaignBody
from worker.domain.call import CallState
from worker.domain.campaign_settings import CampaignChanges, CampaignSettings
from worker.domain.errors import Invalid, InvalidFields, NotFound, Problem
from worker.domain.ids import CampaignId
from worker.domain.json_value import Json
from worker.domain.many_campaigns import Wish, decide_changes
from worker.domain.network import Network
from worker.ports.records.access import Caller
from worker.ports.records.audit import Act, Subject
from worker.ports.records.store import RecordStore
from worker.usecases.records.change_many import LONGEST, MOST_AT_ONCE, ManyEdit, change_many
from worker.usecases.records.watch_campaigns import WatchedCampaign, watch_campaigns

router = APIRouter(route_class=PageRoute, include_in_schema=False)

NAMED: Final = 10
"""Campaigns that a confirmation or a result names; the others are counted."""
BAD_REQUEST: Final = 400
LIMITS: Final = ("concurrent_call", *(f"network_{network}" for network in Network))
BETWEEN: Final = "."
"""Between the ids in a form; browsers send it as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """The campaigns that match, those that would be changed first."""

    total: int
    changed: Sequence[WatchedCampaign]
    unchanged: int

    @property
    def ids(self) -> str:
        """Return the ids of those that are changed, as a form sends them."""
        return BETWEEN.join(one.campaign.id.hex for one in self.changed)

    @property
    def up(self) -> int:
        """Return how many of their calls are on a switch or on their way to it."""
        return sum(one.in_use for one in self.changed)

    @property
    def queued(self) -> int:
        """Return how many of their calls wait for their dial."""
        return sum(n for one in self.changed for (_, state), n in one.live.items() if state is CallState.QUEUED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page or a form asks for."""

    wish: Wish
    query: ListQuery
    fields: dict[str, str] = field(default_factory=lambda: dict.fromkeys(LIMITS, ""))
    problems: tuple[Problem, ...] = ()


@router.get("/ops/campaigns/all/{action}")
def confirm(action: str, request: Request, services: Services, who: Who) -> Response:
    """Show how many campaigns match, which are first and what will happen, and ask."""
    if action not in set(Wish):
        raise NotFound("")
    asked = Asked(wish=Wish(action), query=ListQuery.read(request.query_params))
    return _confirmation(request, asked, services=services, who=who)


@router.post("/ops/campaigns/all/pause")
def pause(request: Request, services: Services, who: Who) -> Response:
    """Pause those that were confirmed and still run."""
    return _changed(request, Wish.PAUSE, services=services, who=who)


@router.post("/ops/campaigns/all/resume")
def resume(request: Request, services: Services, who: Who) -> Response:
    """Resume those that were confirmed and are still paused."""
    return _changed(request, Wish.RESUME, services=services, who=who)


@router.post("/ops/campaigns/all/limits")
def limit(request: Request, services: Services, who: Who) -> Response:
    """Change the limits that the form names, of those that were confirmed."""
    return _changed(request, Wish.LIMITS, services=services, who=who)


def _confirmation(request: Request, asked: Asked, *, services: ApiServices, who: Caller) -> Response:
    watched = watch_campaigns(services.store, tenant=who.tenant, choose=lambda _: (), now=services.clock.now())
    matching = asked.query.in_state(asked.query.found(watched.campaigns))
    zone, now = who.tenant.timezone, watched.at

    def is_changed(one: WatchedCampaign) -> bool:
        is_limit = asked.wish is Wish.LIMITS  # whether they differ is known when the limits are
        return is_limit or decide_changes(one.settings, wish=asked.wish, limits={}, zone=zone, now=now) is not None

    would = [one for one in matching if is_changed(one)]
    found = Matching(total=len(matching), changed=would[:MOST_AT_ONCE], unchanged=len(matching) - len(would))
    return page(
        request, "many_confirm.html", status=BAD_REQUEST if asked.problems else 200, wish=asked.wish, found=found,
        query=asked.query, fields=asked.fields, problems=asked.problems, networks=tuple(Network), named=NAMED,
        more=len(would) - min(NAMED, len(found.changed)), most=MOST_AT_ONCE, is_cut=len(would) > MOST_AT_ONCE,
    )  # fmt: skip


def _changed(request: Request, wish: Wish, *, services: ApiServices, who: Caller) -> Response:
    sent, say = form_in(request), say_to(request)
    query = ListQuery.read(QueryParams(parse_qsl(sent.one("query"))))
    asked = Asked(wish=wish, query=query, fields={name: sent.one(name) for name in LIMITS})
    try:
        limits = _limits(sent, none=say.text("many.no_limit_named")) if wish is Wish.LIMITS else CampaignChanges()
    except InvalidFields as error:
        return _confirmation(request, replace(asked, problems=error.problems), services=services, who=who)
    edit = ManyEdit(tenant=who.tenant, campaign_ids=_ids(sent), wish=wish, limits=limits, role=who.role)
    found = change_many(
        _stores(request, asked, services=services),
        queue=services.queue,
        wakeups=services.wakeups,
        edit=edit,
        clock=services.clock,
        new_id=services.new_id,
    )
    refused = [(one.campaign_id, _name(one.settings), *status_and_message(one.error)) for one in found.refused]
    return page(
        request, "many_changed.html", wish=wish, query=query, found=found, total=len(edit.campaign_ids), named=NAMED,
        refused=refused, left=BETWEEN.join(one.hex for one in found.left), seconds=LONGEST.in_seconds(),
        fields=asked.fields,
    )  # fmt: skip


def _stores(request: Request, asked: Asked, *, services: ApiServices) -> Callable[[CampaignId], RecordStore]:
    """Return what makes the store whose audit entry names one campaign, as if it had been changed alone."""
    act: Act = request.state.act
    searched: dict[str, Json] = {"all_that_match": asked.query.with_()}
    named = {name: value for name, value in asked.fields.items() if value} if asked.wish is Wish.LIMITS else {}
    of_all = replace(act, sent=searched | named)

    def store_for(campaign_id: CampaignId) -> RecordStore:
        subject = Subject(table="campaigns", id=campaign_id)
        return services.acting(replace(of_all, subject=subject, subject_id=str(campaign_id))).store

    return store_for


def _ids(sent: FormRequest) -> list[CampaignId]:
    """Return the campaigns that the form names; raises ``Invalid``."""
    told = [one for one in sent.one("campaigns").split(BETWEEN) if one]
    if len(told) > MOST_AT_ONCE:
        raise Invalid(f"more than {MOST_AT_ONCE} campaigns")
    try:
        return list(dict.fromkeys(CampaignId(UUID(hex=one)) for one in told))
    except ValueError as error:
        raise Invalid("campaigns is invalid") from error


def _limits(sent: FormRequest, *, none: str) -> CampaignChanges:
    """Return the limits that the form names; raises ``InvalidFields`` with the API's own words, or with ``none``."""
    networks = {network.value: sent.one(f"network_{network}") for network in Network}
    body: dict[str, Json] = {}
    if most := sent.one("concurrent_call"):
        body["concurrent_call"] = number_in("concurrent_call", most)
    if named := {name: number_in(f"network.{name}", told) for name, told in networks.items() if told}:
        body["network"] = dict(named)
    if not body:
        raise InvalidFields((Problem("concurrent_call", none),))
    try:
        changes = ChangedCampaignBody.model_validate(body).changes(zone="UTC")
    except ValidationError as error:
        raise refused_fields(error) from error
    return changes


def _name(settings: CampaignSettings | None) -> str:
    return "" if settings is None else settings.campaign_name
