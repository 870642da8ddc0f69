"""Leads as planning and finishing see them: claimed in order, put back, closed."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import Connection, Integer, Select, Subquery, bindparam, func, select, union_all, update

from worker.domain.campaign import Priority
from worker.domain.ids import LeadId, ListId, TenantId
from worker.domain.lead import ClaimedLead, Ending, Stage
from worker.domain.network import Network
from worker.domain.planner import Grant
from worker.domain.settings import Json
from worker.store.tables import WAITING, do_not_call, leads

ORDER: Final[Mapping[Priority, tuple[Stage, Stage]]] = {
    Priority.NORMAL: (Stage.NEW, Stage.RECALL),
    Priority.RECALL: (Stage.RECALL, Stage.NEW),
}


WAITING_STAGES: Final = (Stage.NEW, Stage.RECALL)


class SqlLeads:
    """Leads in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    def claim(self, grant: Grant, *, now: DateTime) -> list[ClaimedLead]:
        """Take the grant's first due leads in the campaign's order and move them to ``calling``."""
        rows = self._connection.execute(FIRST_DUE_LEADS, first_due_values(grant, now=now)).all()
        if rows:
            taken = update(leads).where(leads.c.id.in_([row.id for row in rows]))
            self._connection.execute(taken.values(stage=Stage.CALLING, updated_at=now))
        return [
            ClaimedLead(
                id=LeadId(row.id),
                list_id=ListId(row.list_id),
                phone=row.phone,
                network=row.network,
                attempt=row.called_count + 1,
                stage_before=row.stage,
            )
            for row in rows
        ]

    def close(self, lead_ids: Collection[LeadId], *, ending: Ending, now: DateTime) -> None:
        """Move leads to ``done`` with their ending."""
        closing = update(leads).where(leads.c.id.in_(lead_ids))
        self._connection.execute(closing.values(stage=Stage.DONE, ending=ending, updated_at=now))

    def hand_back(self, stages: Mapping[LeadId, Stage]) -> None:
        """Put leads of cancelled calls back where they were; the attempt does not count."""
        if stages:
            putting = update(leads).where(leads.c.id == bindparam("lead"), leads.c.stage == Stage.CALLING)
            rows = [{"lead": lead, "back_to": stage} for lead, stage in sorted(stages.items())]
            self._connection.execute(putting.values(stage=bindparam("back_to")), rows)

    def do_not_call(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        """Give those of the numbers that are on the tenant's do-not-call list."""
        listed = select(do_not_call.c.phone).where(
            do_not_call.c.tenant_id == tenant_id, do_not_call.c.phone.in_(list(phones))
        )
        return set(self._connection.scalars(listed))

    def additional(self, lead_ids: Collection[LeadId]) -> dict[LeadId, Mapping[str, Json]]:
        """Give the leads' imported data, for CDRs."""
        asked = select(leads.c.id, leads.c.additional).where(leads.c.id.in_(list(lead_ids)))
        return {LeadId(row.id): row.additional for row in self._connection.execute(asked)}


def _first_due_leads() -> Select[Any]:  # Any: a row of id, list, phone, network, called_count, stage
    """Select a grant's leads and lock them: per class and network a piece of ``ix_leads_waiting``, merged in order.

    Each piece reads at most as many rows as may be taken, so that the cost does not grow with the list.
    """
    pieces = [_piece(stage, network=network) for stage in WAITING_STAGES for network in Network]
    waiting = union_all(*(select(piece) for piece in pieces)).subquery("waiting")
    # A ceiling holds for both classes together: of each network only that many rows, best class first, are candidates.
    place = _place_in_network(waiting)
    return (
        select(leads.c.id, leads.c.list_id, leads.c.phone, leads.c.network, leads.c.called_count, leads.c.stage)
        .join(place, place.c.id == leads.c.id)
        .where(place.c.number <= place.c.ceiling)
        .order_by(place.c.rank, place.c.due_at, place.c.id)
        .limit(bindparam("count", type_=Integer))
        .with_for_update(of=leads, skip_locked=True, key_share=True)
    )


def _piece(stage: Stage, *, network: Network) -> Subquery:
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


FIRST_DUE_LEADS: Final = _first_due_leads()


def first_due_values(grant: Grant, *, now: DateTime) -> dict[str, object]:
    """Give the parameters with which ``FIRST_DUE_LEADS`` selects a grant's leads."""
    ceilings = {f"ceiling_{n}": min(grant.ceilings.get(n, 0), grant.count) for n in Network}
    ranks = {f"rank_{stage}": rank for rank, stage in enumerate(ORDER[grant.campaign.priority])}
    return {**ceilings, **ranks, "campaign": grant.campaign.id, "count": grant.count, "now": now}
