"""What ``callbeat top`` shows of one moment, read as the operators' page reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

from worker.domain.retry import DeliveryState
from worker.domain.run_state import URGENCY
from worker.domain.switch import SwitchState
from worker.domain.switch_choice import Candidate
from worker.ports.callbacks.records import CallbackFilter
from worker.ports.paging import Slice
from worker.ports.records.entities import CarrierRecord, Tenant
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.queries import list_callback_urls, list_callbacks
from worker.usecases.dispatch.switch_facts import known_switches
from worker.usecases.records.carrier_plans import CarrierPlans
from worker.usecases.records.queries import list_carriers
from worker.usecases.records.watch_campaigns import CampaignDetail, Watched, WatchedCampaign, watch_campaigns

MOST_CARRIERS: Final = 200
"""As many as the operators' page shows."""
_ONE: Final = Slice(1)
"""A page whose total is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How many callbacks wait, how many were given up, and how many URLs failed lately or are disabled."""

    pending: int
    dead: int
    failing_urls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A tenant's campaigns, carriers and callbacks at one moment, and the switches of the installation."""

    watched: Watched
    shown: Sequence[WatchedCampaign]
    """The campaigns whose details were read, the most urgent first."""
    carriers: Sequence[CarrierRecord]
    switches: Sequence[Candidate]
    backlog: Backlog

    @property
    def at(self) -> DateTime:
        """Return when it was read."""
        return self.watched.at

    def detail(self, one: WatchedCampaign) -> CampaignDetail:
        """Return what was read of a campaign that is shown."""
        return self.watched.details[one.campaign.id]


def read_sight(store: SqlStore, *, tenant: Tenant, most: int, plans: CarrierPlans, now: DateTime) -> Sight:
    """Return what is to be seen now, with the details of at most ``most`` campaigns."""
    watched = watch_campaigns(
        store,
        tenant=tenant,
        choose=lambda found: [one.campaign.id for one in most_urgent(found, most=most)],
        plans=plans,
        now=now,
    )
    with store.reading() as tx:
        known = known_switches(tx, now=now)
    return Sight(
        watched=watched,
        shown=most_urgent(watched.campaigns, most=most),
        carriers=list_carriers(store, tenant=tenant, part=Slice(MOST_CARRIERS)).rows,
        switches=[one for one in known if one.switch.state is not SwitchState.GONE],
        backlog=Backlog(
            pending=_callbacks(store, tenant, DeliveryState.PENDING),
            dead=_callbacks(store, tenant, DeliveryState.DEAD),
            failing_urls=list_callback_urls(store, tenant_id=tenant.id, part=_ONE).total,
        ),
    )


def most_urgent(campaigns: Sequence[WatchedCampaign], *, most: int) -> list[WatchedCampaign]:
    """Return the campaigns that an operator looks at first: failing ones, then those that dial."""
    return sorted(campaigns, key=lambda one: (URGENCY[one.state], one.settings.campaign_name.casefold()))[:most]


def _callbacks(store: SqlStore, tenant: Tenant, state: DeliveryState) -> int:
    return list_callbacks(store, tenant_id=tenant.id, part=_ONE, wanted=CallbackFilter(state=state)).total
