"""How a campaign is served by agents: its strategy, its time for after-call work, and who may log in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pendulum import Duration

from worker.domain.agents.strategy import Strategy
from worker.domain.campaign import AUTODIALER, MANUAL
from worker.domain.ids import GroupId, UserId
from worker.domain.json_value import Json

WRAP_UP: Final = "wrap_up_seconds"
DEFAULT_WRAP_UP: Final = 30
"""Seconds for after-call work in a new campaign."""
WITH_AGENTS: Final = frozenset({AUTODIALER, MANUAL})
"""Campaign types for which agents work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a campaign's settings say about its agents."""

    strategy: Strategy = Strategy.LONGEST_IDLE
    wrap_up: Duration = Duration(seconds=DEFAULT_WRAP_UP)  # noqa: RUF009 - a Duration never changes
    users: frozenset[UUID] = frozenset()
    groups: frozenset[UUID] = frozenset()


def service_of(extras: Mapping[str, Json]) -> Service:
    """Read a campaign's stored settings; users and groups are ids, or objects that hold one."""
    wrap_up = extras.get(WRAP_UP, DEFAULT_WRAP_UP)
    strategy = extras.get("call_center_queue_strategy", "")
    return Service(
        strategy=Strategy(strategy) if strategy in set(Strategy) else Strategy.LONGEST_IDLE,
        wrap_up=Duration(seconds=wrap_up if isinstance(wrap_up, int) else DEFAULT_WRAP_UP),
        users=ids_named(extras.get("users"), key="user_uuid"),
        groups=ids_named(extras.get("groups"), key="group_uuid"),
    )


def may_serve(
    user_id: UserId, *, service: Service, own_groups: Collection[GroupId], assigned_groups: Collection[GroupId]
) -> bool:
    """Return True when the user may log in to the campaign.

    ``own_groups`` are the user's, ``assigned_groups`` those that name the campaign. A campaign that nobody was assigned
    to is served by every user of its tenant.
    """
    groups = service.groups | set(assigned_groups)
    if not (service.users or groups):
        return True
    return user_id in service.users or not groups.isdisjoint(own_groups)


def ids_named(value: Json, *, key: str) -> frozenset[UUID]:
    """Return the ids in a stored list; what is no id names nobody."""
    entries = value if isinstance(value, list) else []
    texts = (entry.get(key) if isinstance(entry, dict) else entry for entry in entries)
    return frozenset(found for found in map(_to_id, texts) if found is not None)


def _to_id(text: Json) -> UUID | None:
    if not isinstance(text, str):
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
