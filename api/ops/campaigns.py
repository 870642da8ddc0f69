"""The list of campaigns: searched, filtered, sorted, paged, and live."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, Response

from api.deps import ApiServices, Services, Who, Whose
from api.ops.board import Board
from api.ops.campaign_row import CampaignRow, row_of
from api.ops.live import stream
from api.ops.look import look_of
from api.ops.render import fragment, page, wording_for
from api.ops.route import PageRoute
from api.ops.views import View, read_views
from worker.domain.ids import CampaignId
from worker.domain.language import Language
from worker.domain.role import Role, includes
from worker.domain.run_state import URGENCY, RunState
from worker.ports.records.entities import Tenant
from worker.usecases.records.carrier_plans import KEPT_FOR_EACH_CAMPAIGN, CarrierPlans
from worker.usecases.records.watch_campaigns import Watched, WatchedCampaign, watch_campaigns

router = APIRouter(route_class=PageRoute, include_in_schema=False)

PER_PAGE: Final = 25
LONGEST_SEARCH: Final = 100
MOST_PAGES: Final = 10_000
SORTS: Final = ("state", "name", "channels", "newest")


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which campaigns are shown, and in which order."""

    search: str = ""
    state: RunState | None = None
    sort: str = SORTS[0]
    page: int = 1

    @classmethod
    def read(cls, asked: QueryParams) -> "ListQuery":
        """Read an address; what it says wrong is left out."""
        state, sort, number = asked.get("state", ""), asked.get("sort", ""), asked.get("page", "")
        return cls(
            search=asked.get("search", "")[:LONGEST_SEARCH].strip(),
            state=RunState(state) if state in set(RunState) else None,
            sort=sort if sort in SORTS else SORTS[0],
            page=min(MOST_PAGES, max(1, int(number))) if number.isascii() and number.isdecimal() else 1,
        )

    def with_(self, **changed: object) -> str:
        """Return the address of the same list with something changed; its first page unless that is named."""
        told = {"search": self.search, "state": self.state or "", "sort": self.sort, "page": 1} | changed
        usual = {"search": "", "state": "", "sort": SORTS[0], "page": 1}
        return urlencode({name: str(value) for name, value in told.items() if value != usual[name]})

    def found(self, campaigns: Sequence[WatchedCampaign]) -> list[WatchedCampaign]:
        """Return those that match the search, sorted."""
        wanted = self.search.casefold()
        matching = [
            one
            for one in campaigns
            if wanted in one.settings.campaign_name.casefold() or wanted in one.carrier_name.casefold()
        ]
        match self.sort:
            case "name":
                matching.sort(key=lambda one: one.settings.campaign_name.casefold())
            case "channels":
                matching.sort(key=lambda one: (-one.in_use, one.settings.campaign_name.casefold()))
            case "state":
                matching.sort(key=lambda one: (URGENCY[one.state], one.settings.campaign_name.casefold()))
            case _:
                pass
        return matching

    def in_state(self, campaigns: Sequence[WatchedCampaign]) -> list[WatchedCampaign]:
        """Return those that are in the state that is asked for; all when none is."""
        return [one for one in campaigns if self.state in {None, one.state}]


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of the list, with how many campaigns each state has."""

    query: ListQuery
    shown: Sequence[WatchedCampaign]
    states: Mapping[RunState, int]
    total: int
    pages: int


def page_of(query: ListQuery, campaigns: Sequence[WatchedCampaign]) -> ListPage:
    """Return the page that the query asks for; the last one when there are fewer."""
    matching = query.found(campaigns)
    states = {state: sum(1 for one in matching if one.state is state) for state in URGENCY}
    wanted = query.in_state(matching)
    pages = max(1, ceil(len(wanted) / PER_PAGE))
    query = replace(query, page=min(query.page, pages))
    first = (query.page - 1) * PER_PAGE
    return ListPage(query, wanted[first : first + PER_PAGE], states, len(wanted), pages)


@dataclass(frozen=True, slots=True)
class ListView:
    """What a viewer of the list watches."""

    query: ListQuery
    language: Language

    def choose(self, campaigns: Sequence[WatchedCampaign]) -> Collection[CampaignId]:
        """Return the campaigns on the page."""
        return [one.campaign.id for one in page_of(self.query, campaigns).shown]

    def render(self, watched: Watched, *, tenant: Tenant) -> str:
        """Return the list as HTML."""
        say = wording_for(tenant, language=self.language, now=watched.at)
        found = page_of(self.query, watched.campaigns)
        rows: list[CampaignRow] = [row_of(one, watched.details[one.campaign.id], say=say) for one in found.shown]
        return fragment(
            "campaign_list.html", say=say, found=found, rows=rows, query=found.query, at=watched.at,
            is_empty=not watched.campaigns,
        )  # fmt: skip


@router.get("/ops")
def show(request: Request, services: Services, who: Who) -> Response:
    """Show the list; htmx gets the part that a search changes."""
    query, tenant, may_change = ListQuery.read(request.query_params), who.tenant, includes(who.role, Role.OPERATOR)
    view = ListView(query, look_of(request).language)
    watched = watch_campaigns(services.store, tenant=tenant, choose=view.choose, now=services.clock.now())
    listed = view.render(watched, tenant=tenant)
    if "hx-request" in request.headers:
        say = wording_for(tenant, language=view.language, now=watched.at)
        return HTMLResponse(fragment("campaigns_live.html", say=say, listed=listed, query=query, may_change=may_change))
    return page(request, "campaigns.html", listed=listed, query=query, may_change=may_change)


@router.get("/ops/campaigns/live")
async def live(request: Request, services: Services, tenant: Whose) -> Response:
    """Stream the same list while it is shown."""
    view = ListView(ListQuery.read(request.query_params), look_of(request).language)
    return await stream_view(request, view, services=services, tenant=tenant)


async def stream_view(request: Request, view: View, *, services: ApiServices, tenant: Tenant) -> Response:
    """Return the stream of a view, read together with all others of the tenant."""
    board: Board[View] = request.app.state.board
    say = wording_for(tenant, language=view.language, now=services.clock.now())
    read = partial(read_views, services, tenant, CarrierPlans(kept_for=KEPT_FOR_EACH_CAMPAIGN))
    banner = partial(say.text, "trouble")
    return await stream(request, board, view, tenant_id=tenant.id, read=read, banner=banner)
