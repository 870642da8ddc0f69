"""Leads as planning and finishing see them: claimed in order, put back, closed."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    Subquery,
    bindparam,
    case,
    exists,
    func,
    null,
    select,
    true,
    union_all,
    update,
)
from typing_extensions import override

from worker.domain.campaign import Priority
from worker.domain.hidden_text import is_hidden
from worker.domain.ids import CallId, LeadId, ListId, TemplateId, TenantId
from worker.domain.json_value import Json
from worker.domain.lead import STAGES_OF, ClaimedLead, Ending, Lane, Stage
from worker.domain.network import Network
from worker.domain.one_time_code import without_code
from worker.domain.planner import Grant
from worker.ports.dispatch.store import Leads
from worker.store.base.dialect import among
from worker.store.base.tables import WAITING, do_not_call, leads, lists
from worker.store.dispatch.demand import not_in_inactive_lists
from worker.store.dispatch.erased import STORED_KEY, erased_among

MOST_KEPT: Final = 128
"""Cached statements; the networks of a priority class seldom form many different sets."""
ORDER: Final[Mapping[Priority, tuple[Stage, Stage]]] = {
    Priority.NORMAL: (Stage.NEW, Stage.RECALL),
    Priority.RECALL: (Stage.RECALL, Stage.NEW),
}


class SqlLeads(Leads):
    """Leads in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def claim(self, grant: Grant, *, now: DateTime) -> list[ClaimedLead]:
        networks = networks_of(grant)
        values = first_due_values(grant, now=now)
        rows = self._connection.execute(claiming(grant.lane, networks, of_active_lists=False), values).all()
        if not all(row.list_active for row in rows):  # excluding inactive lists costs time and is seldom needed
            rows = self._connection.execute(claiming(grant.lane, networks, of_active_lists=True), values).all()
        if not rows:
            return []
        self._connection.execute(_TAKE, {"taken": [row.id for row in rows], "now": now})
        phones = {row.phone for row in rows}
        tenant_id = grant.campaign.tenant_id
        refused = erased_among(self._connection, tenant_id, phones, stored_key=rows[0].erasure_key)
        refused |= listed_of_hidden(self._connection, tenant_id, phones)
        return [_claimed(row, is_refused=row.phone in refused) for row in rows]

    @override
    def close(self, lead_ids: Collection[LeadId], *, ending: Ending, now: DateTime) -> None:
        closing = update(leads).where(leads.c.id.in_(lead_ids))
        self._connection.execute(closing.values(stage=Stage.DONE, ending=ending, updated_at=now))

    @override
    def hand_back(self, stages: Mapping[LeadId, Stage]) -> None:
        if stages:
            rows = [{"lead": lead, "back_to": stage} for lead, stage in sorted(stages.items())]
            self._connection.execute(_HAND_BACK, rows)

    @override
    def do_not_call(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        rows = self._connection.execute(_LISTED_OF, {"tenant": tenant_id, "phones": list(phones)}).all()
        stored_key = next((row.erasure_key for row in rows if row.phone is None), None)
        erased = erased_among(self._connection, tenant_id, phones, stored_key=stored_key)
        return erased | {row.phone for row in rows if row.phone is not None}

    @override
    def additional(self, lead_ids: Collection[LeadId]) -> dict[LeadId, Mapping[str, Json]]:
        found = self._connection.execute(_ADDITIONAL, {"leads": list(lead_ids)})
        return {LeadId(row.id): without_code(row.additional) if row.template_id else row.additional for row in found}


def listed_of_hidden(connection: Connection, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
    """Return the hidden numbers that are on the do-not-call list, which ``LISTED`` cannot compare."""
    asked = [phone for phone in phones if is_hidden(phone)]
    if not asked:
        return set()
    return set(connection.scalars(_ON_LIST, {"tenant": tenant_id, "phones": asked}))


LISTED: Final = exists().where(do_not_call.c.tenant_id == leads.c.tenant_id, do_not_call.c.phone == leads.c.phone)


def _claimed(row: Row[Any], *, is_refused: bool) -> ClaimedLead:  # Any: a row of ``first_due_leads``
    return ClaimedLead(
        id=LeadId(row.id),
        list_id=ListId(row.list_id),
        phone=row.phone,
        network=row.network,
        attempt=row.called_count + 1,
        stage_before=row.stage,
        promised_call_id=CallId(row.call_id) if _is_first(row) else None,
        template_id=None if row.template_id is None else TemplateId(row.template_id),
        ref_id=row.ref_id,
        is_listed=row.is_listed or is_refused,
        uncounted=row.uncounted,
    )


def _is_first(row: Row[Any]) -> bool:  # Any: see above
    """Return True when the lead has had no call yet, so that its first one gets the id that a client may have."""
    return row.call_id is not None and row.called_count == 0 and row.uncounted == 0


@lru_cache(maxsize=MOST_KEPT)
def first_due_leads(
    lane: Lane, networks: tuple[Network, ...], *, of_active_lists: bool = True
) -> Select[Any]:  # Any: what ``_claimed`` reads
    """Select a grant's leads: a part of ``ix_leads_waiting`` for each stage and network, merged in order.

    Each part reads at most as many rows as may be taken, so that the cost does not grow with the list. A network from
    which nothing may be taken has no part, since an empty one would cost as much as one lead.
    """
    wanted = not_in_inactive_lists(lists.c.campaign_id == bindparam("campaign")) if of_active_lists else true()
    pieces = [_piece(stage, network=network, wanted=wanted) for stage in STAGES_OF[lane] for network in networks]
    waiting = union_all(*(select(piece) for piece in pieces)).subquery("waiting")
    # A ceiling holds for all stages together: of each network only that many rows, best stage first, are candidates.
    place = _place_in_network(waiting)
    # Conditions on the lead are repeated for the locked row: a backfill may have changed it meanwhile.
    still = (leads.c.network == place.c.network) & WAITING
    return (
        select(
            *(leads.c[name] for name in _CLAIMED),
            lists.c.active.label("list_active"),
            LISTED.correlate(leads).label("is_listed"),
        )
        .join(place, (place.c.id == leads.c.id) & still)
        .join(lists, lists.c.id == leads.c.list_id)
        .where(place.c.number <= place.c.ceiling)
        .order_by(place.c.rank, place.c.due_at, place.c.id)
        .limit(bindparam("count", type_=Integer))
    )


def _piece(stage: Stage, *, network: Network, wanted: ColumnElement[bool]) -> Subquery:
    ceiling = bindparam(f"ceiling_{network}", type_=Integer)
    chosen = (
        select(
            leads.c.id,
            leads.c.due_at,
            leads.c.network,
            bindparam(f"rank_{stage}", type_=Integer).label("rank"),
            ceiling.label("ceiling"),
        )
        .where(
            leads.c.campaign_id == bindparam("campaign"),
            leads.c.stage == stage,
            leads.c.network == network,
            leads.c.due_at <= bindparam("now"),
            WAITING,
            wanted,
        )
        .order_by(leads.c.due_at, leads.c.id)
        .limit(ceiling)
    )
    return chosen.subquery()


def _place_in_network(waiting: Subquery) -> Subquery:
    number = func.row_number().over(
        partition_by=waiting.c.network, order_by=(waiting.c.rank, waiting.c.due_at, waiting.c.id)
    )
    return select(waiting, number.label("number")).subquery("place")


_CLAIMED: Final = (
    "id", "list_id", "phone", "network", "called_count", "uncounted", "stage", "call_id", "template_id", "ref_id"
)  # fmt: skip


@lru_cache(maxsize=MOST_KEPT)
def claiming(
    lane: Lane, networks: tuple[Network, ...], *, of_active_lists: bool
) -> Select[Any]:  # Any: what ``_claimed`` reads
    """Select the same, and lock the leads that no other transaction has locked."""
    found = first_due_leads(lane, networks, of_active_lists=of_active_lists)
    found = found.add_columns(STORED_KEY.label("erasure_key"))
    return found.with_for_update(of=leads, skip_locked=True, key_share=True)


_ON_LIST: Final = select(do_not_call.c.phone).where(
    do_not_call.c.tenant_id == bindparam("tenant"), among(do_not_call.c.phone, "phones")
)
_LISTED_OF: Final = union_all(
    _ON_LIST.add_columns(null().label("erasure_key")),
    select(null().label("phone"), STORED_KEY.label("erasure_key")),
)
"""The listed numbers; the row without a number has the tenant's key of erased numbers."""
_ADDITIONAL: Final = select(leads.c.id, leads.c.additional, leads.c.template_id).where(among(leads.c.id, "leads"))
_HAND_BACK: Final = (
    update(leads)
    .where(leads.c.id == bindparam("lead"), leads.c.stage == Stage.CALLING)
    .values(stage=case((leads.c.ending.is_not(None), Stage.DONE), else_=bindparam("back_to", type_=leads.c.stage.type)))
)
"""A lead that has its ending already, by a correction, is done."""
_TAKE: Final = update(leads).where(among(leads.c.id, "taken")).values(stage=Stage.CALLING, updated_at=bindparam("now"))


def networks_of(grant: Grant) -> tuple[Network, ...]:
    """Return the networks from which leads may be taken, in the order of the enum."""
    return tuple(network for network in Network if grant.ceilings.get(network, 0) > 0)


def first_due_values(grant: Grant, *, now: DateTime) -> dict[str, object]:
    """Return the parameters for ``first_due_leads`` of the grant's priority class and networks."""
    ceilings = {f"ceiling_{n}": min(grant.ceilings[n], grant.count) for n in networks_of(grant)}
    order = ORDER[grant.campaign.priority] if grant.lane is Lane.LIST else STAGES_OF[grant.lane]
    ranks = {f"rank_{stage}": rank for rank, stage in enumerate(order)}
    limits = {"campaign": grant.campaign.id, "tenant": grant.campaign.tenant_id, "count": grant.count, "now": now}
    return {**ceilings, **ranks, **limits}
