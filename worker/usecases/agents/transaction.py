"""What the use cases of agents need of a transaction; every transaction of the store has it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from worker.ports.agents.agents import Agents
from worker.ports.agents.pacing import Pacing
from worker.ports.agents.people import Extensions, Groups, Users
from worker.ports.dispatch.outbox import FanOuts, Outbox, Subscribers


class AgentTransaction(Protocol):
    """A transaction in which agents change."""

    @property
    def agents(self) -> Agents: ...
    @property
    def pacing(self) -> Pacing: ...
    @property
    def users(self) -> Users: ...
    @property
    def deliveries(self) -> Outbox: ...
    @property
    def fan_outs(self) -> FanOuts: ...
    @property
    def subscriptions(self) -> Subscribers: ...
    def after_commit(self, action: Callable[[], None]) -> None:
        """Run the action when the transaction has committed; never when it rolls back."""


class PeopleTransaction(AgentTransaction, Protocol):
    """A transaction in which users, groups and extensions are read and written too."""

    @property
    def groups(self) -> Groups: ...
    @property
    def extensions(self) -> Extensions: ...


class AgentStore(Protocol):
    """The database; both methods raise ``Unavailable`` when it cannot be reached or is too busy."""

    def transaction(self) -> AbstractContextManager[PeopleTransaction]:
        """Begin a transaction that may write; commit at the end of the block, roll back on an error."""

    def reading(self) -> AbstractContextManager[PeopleTransaction]:
        """Begin a read-only transaction."""
