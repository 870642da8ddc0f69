"""Callees and agents meet, through all processes and by the switch's own log, while agents pause and their legs die."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid4

import pendulum
import pytest
from sqlalchemy import select, update

from tests.fakes.jobs import FakeJobQueue
from tests.stack.operator import Operator
from tests.stack.running import BY_LAST_DIGIT, running_stack
from tests.stack.waiting import wait_until
from worker.domain.agents.agent import Agent
from worker.domain.agents.people import Extension, User
from worker.domain.campaign import AUTODIALER
from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, ExtensionId, TenantId, UserId
from worker.simulator.agent_log import agents_with_two_callees, callees_with_two_agents, left_in_silence, waits
from worker.store.base.engine import make_engine
from worker.store.base.tables import campaigns
from worker.store.transaction import SqlStore
from worker.usecases.agents.sessions import Desk, Who, log_in, pause, resume

AGENTS: Final = 8
LEADS: Final = 60
IN_TIME: Final = 2.2
"""Seconds from the answer to the agent or the message."""


class Office:
    """The agents of a campaign, as they would act through the API."""

    def __init__(self, store: SqlStore, campaign: str) -> None:
        self._store = store
        self._campaign = CampaignId(UUID(campaign))
        with store.transaction() as tx:
            row = select(campaigns.c.tenant_id).where(campaigns.c.id == self._campaign)
            self._tenant = TenantId(tx.connection.scalars(row).one())

    def hire(self, count: int) -> None:
        """Create users with extensions, and log them in."""
        for number in range(1000, 1000 + count):
            user = User(
                id=UserId(uuid4()), tenant_id=self._tenant, username=f"agent-{number}", created_at=pendulum.now("UTC")
            )
            with self._store.transaction() as tx:
                tx.users.insert(user)
                tx.extensions.insert(
                    Extension(
                        id=ExtensionId(uuid4()),
                        tenant_id=self._tenant,
                        number=str(number),
                        user_id=user.id,
                        created_at=user.created_at,
                    )
                )
            log_in(self._desk, self._who(str(number)), campaign_id=self._campaign)

    def serve(self) -> None:
        """Make it a campaign of agents after its start, since none of these can be started yet."""
        with self._store.transaction() as tx:
            tx.connection.execute(update(campaigns).where(campaigns.c.id == self._campaign).values(type=AUTODIALER))

    def agents(self) -> list[Agent]:
        with self._store.reading() as tx:
            return tx.agents.all_of(self._campaign)

    def resume(self, agent: Agent) -> None:
        resume(self._desk, self._who(agent.extension))

    def pause(self, agent: Agent) -> None:
        """Pause an agent; one whose leg has died is logged out already."""
        with suppress(NotFound):
            pause(self._desk, self._who(agent.extension))

    @property
    def _desk(self) -> Desk:
        return Desk(store=self._store, queue=FakeJobQueue(), now=pendulum.now("UTC"), new_id=uuid4)

    def _who(self, extension: str) -> Who:
        return Who(tenant_id=self._tenant, extension=extension)


@contextmanager
def office_of(operator: Operator, campaign: str) -> Iterator[Office]:
    engine = make_engine(operator.stack.database_url)
    yield Office(SqlStore(engine), campaign)
    engine.dispose()


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    home = tmp_path_factory.mktemp("agents")
    options = replace(BY_LAST_DIGIT, agent_talk_seconds=(3.0, 9.0), agent_dies_share=0.05)
    with running_stack(home, switch_options=options, settings={"answer_application": ""}) as stack:
        yield Operator(stack)


def test_nobody_is_left_in_silence_and_nobody_meets_two(operator: Operator) -> None:
    template, carrier = operator.template(), operator.carrier(concurrent_call=14)
    campaign = operator.campaign(carrier=carrier, template_uuid=template, concurrent_call=14, wrap_up_seconds=0)
    operator.start(campaign)
    with office_of(operator, campaign) as office:
        office.serve()
        office.hire(AGENTS)
        wait_until(lambda: all(agent.leg_id for agent in office.agents()), seconds=60)
        agents = office.agents()
        for agent in agents:
            office.resume(agent)

        numbers = [{"phone_number": f"0981{number:05}0"} for number in range(LEADS)]
        operator.add_leads(operator.new_list(campaign), numbers)
        wait_until(lambda: len(waits(operator.stack.carried())) > AGENTS, seconds=60)
        for agent in agents[:2]:
            office.pause(agent)
        operator.wait_until_over(campaign, seconds=120)

    told = operator.stack.carried()
    assert (callees_with_two_agents(told), agents_with_two_callees(told)) == (set(), set())
    assert left_in_silence(told, seconds=IN_TIME) == {}
    answered = sum(line.event == "answered" for line in told)
    assert answered == LEADS
    assert len(waits(told)) + sum(line.event == "played" for line in told) == answered
    assert sum(line.event == "agent_up" for line in told) == AGENTS
