"""How many leads are due, and when the next one is: counted in the index of waiting leads, up to what can be used."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    func,
    literal,
    select,
    true,
    union_all,
)

from worker.domain.ids import CampaignId
from worker.domain.lead import LANE_OF, STAGES_OF, Lane, Stage
from worker.domain.network import Network
from worker.domain.planner import Demand
from worker.store.base.dialect import among
from worker.store.base.tables import WAITING, campaigns, leads, lists

WAITING_STAGES: Final = tuple(LANE_OF)


class _Waiting:
    """One campaign's demand while its rows are read."""

    def __init__(self) -> None:
        self.due: defaultdict[Lane, defaultdict[Network, int]] = defaultdict(lambda: defaultdict(int))
        self.next_otp_at: DateTime | None = None
        self.next_due_at: DateTime | None = None

    def count(self, stage: Stage, network: Network, *, due: int, next_due_at: DateTime | None) -> None:
        lane = LANE_OF[stage]
        if due:
            self.due[lane][network] += due
        if next_due_at is None:
            return
        if lane is Lane.OTP:
            self.next_otp_at = min(next_due_at, self.next_otp_at or next_due_at)
        else:
            self.next_due_at = min(next_due_at, self.next_due_at or next_due_at)

    def demand(self, *, in_inactive_lists: bool) -> Demand:
        return Demand(
            due=self.due,
            next_due_at=self.next_due_at,
            next_otp_at=self.next_otp_at,
            in_inactive_lists=in_inactive_lists,
        )


def read_demand(
    connection: Connection,
    campaign_ids: Sequence[CampaignId],
    *,
    room: int,
    now: DateTime,
    with_single_calls: Sequence[CampaignId],
    with_inactive_lists: Sequence[CampaignId] = (),
) -> dict[CampaignId, Demand]:
    """Return each campaign's demand, counted up to ``room`` by stage and network.

    Single calls are counted only for the campaigns that are named, because few campaigns have any. Leads in inactive
    lists are looked for only in the campaigns that are named for it.
    """
    waiting: defaultdict[CampaignId, _Waiting] = defaultdict(_Waiting)
    for these, counted in ((campaign_ids, DEMAND), (with_single_calls, SINGLE_DEMAND)):
        if these:
            for row in connection.execute(counted, {"campaigns": list(these), "room": room, "now": now}):
                waiting[row.campaign].count(row.stage, row.network, due=row.due, next_due_at=row.next_due_at)
    asked = {"campaigns": list(with_inactive_lists)}
    held_back = set(connection.scalars(_HELD_BACK, asked)) if with_inactive_lists else ()
    return {c: waiting[c].demand(in_inactive_lists=c in held_back) for c in campaign_ids}


def not_in_inactive_lists(of: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a lead's list is active; ``of`` names the campaigns of the lists."""
    inactive = select(lists.c.id).where(of, ~lists.c.active).cte("inactive")
    return leads.c.list_id.not_in(select(inactive.c.id))


def _demand(stages: Sequence[Stage]) -> Select[Any]:  # Any: a row of campaign, stage, network, due, next_due_at
    """Count due leads by campaign, stage and network, up to ``room``, and find the next one to fall due."""
    networks = _table("networks", leads.c.network, tuple(Network))
    these = _table("stages", leads.c.stage, stages)
    same = (
        leads.c.campaign_id == campaigns.c.id,
        leads.c.stage == these.c.stage,
        leads.c.network == networks.c.network,
        WAITING,
        not_in_inactive_lists(among(lists.c.campaign_id, "campaigns")),
    )
    now = bindparam("now", type_=leads.c.due_at.type)
    # The order keeps the database on the index, whatever its statistics say; the count does not need it.
    found = select(leads.c.id).where(*same, leads.c.due_at <= now).order_by(leads.c.due_at, leads.c.id)
    counted = found.limit(bindparam("room", type_=Integer)).correlate(campaigns, these, networks).subquery()
    later = select(leads.c.due_at).where(*same, leads.c.due_at > now).order_by(leads.c.due_at, leads.c.id).limit(1)
    return (
        select(
            campaigns.c.id.label("campaign"),
            these.c.stage,
            networks.c.network,
            select(func.count()).select_from(counted).scalar_subquery().label("due"),
            later.correlate(campaigns, these, networks).scalar_subquery().label("next_due_at"),
        )
        .select_from(campaigns.join(these, true()).join(networks, true()))
        .where(among(campaigns.c.id, "campaigns"))
    )


def _table(name: str, column: ColumnElement[Any], values: Sequence[Any]) -> Any:  # Any: a column's values; a subquery
    return union_all(*(select(literal(value, column.type).label(column.key)) for value in values)).subquery(name)


_KEPT: Final = lists.c.deleted_at.is_(None)
"""The leads of a deleted list wait for their removal only."""


def _held_back() -> Select[Any]:  # Any: a row of campaign
    """Find the campaigns with waiting leads in inactive lists, parked or not yet."""
    waits = select(leads.c.id).where(
        leads.c.campaign_id == lists.c.campaign_id, leads.c.list_id == lists.c.id, leads.c.stage.in_(WAITING_STAGES)
    )
    return select(lists.c.campaign_id).where(
        among(lists.c.campaign_id, "campaigns"), ~lists.c.active, _KEPT, waits.exists()
    )


DEMAND: Final = _demand(STAGES_OF[Lane.LIST])
SINGLE_DEMAND: Final = _demand(STAGES_OF[Lane.OTP] + STAGES_OF[Lane.SINGLE])
_HELD_BACK: Final = _held_back()
