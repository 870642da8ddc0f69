"""What one viewer watches, and how all of a tenant's views are read at once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from api.deps import ApiServices
from worker.domain.ids import CampaignId
from worker.domain.language import Language
from worker.ports.records.entities import Tenant
from worker.usecases.records.carrier_plans import CarrierPlans
from worker.usecases.records.watch_campaigns import Watched, WatchedCampaign, watch_campaigns


class View(Protocol):
    """A part of a page that changes; equal views are read and rendered once."""

    @property
    def language(self) -> Language:
        """Its reader's language."""

    def choose(self, campaigns: Sequence[WatchedCampaign]) -> Collection[CampaignId]:
        """Return the campaigns whose details it shows."""

    def render(self, watched: Watched, *, tenant: Tenant) -> str:
        """Return it as HTML."""


def read_views(
    services: ApiServices, tenant: Tenant, plans: CarrierPlans, views: Collection[View]
) -> Mapping[View, str]:
    """Read the tenant's campaigns once, with the details that any view shows, and render each view."""

    def choose(campaigns: Sequence[WatchedCampaign]) -> set[CampaignId]:
        return {one for view in views for one in view.choose(campaigns)}

    now = services.clock.now()
    watched = watch_campaigns(services.store, tenant=tenant, choose=choose, plans=plans, now=now)
    return {view: view.render(watched, tenant=tenant) for view in views}
