"""Agents' rows by their legs, in SQL."""

from typing import Final

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, select
from typing_extensions import override

from worker.domain.agents.agent import Agent, AgentState, Leg
from worker.ports.agents.phones import LegRows
from worker.store.agents.agents import to_agent
from worker.store.base.agent_tables import agents

_OFF_HOOK: Final = agents.c.leg == Leg.OFF_HOOK
_LOGGED_IN: Final = agents.c.state != AgentState.GONE


class SqlLegRows(LegRows):
    """Agents' rows by their legs, in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def without(self) -> list[Agent]:
        return self._read(_LOGGED_IN, agents.c.leg_id == "")

    @override
    def called_on(self, switch: str) -> list[Agent]:
        return self._read(_LOGGED_IN, agents.c.switch == switch)

    @override
    def left_since(self, moment: DateTime) -> list[Agent]:
        return self._read(~_LOGGED_IN, agents.c.since >= moment)

    def _read(self, *conditions: ColumnElement[bool]) -> list[Agent]:
        asked = select(agents).where(_OFF_HOOK, *conditions).order_by(agents.c.id)
        return [to_agent(row) for row in self._connection.execute(asked).mappings()]
