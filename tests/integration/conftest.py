"""What several tests start from: databases, a queue, a simulated switch and what speaks to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.fakes.jobs import FakeJobQueue
from tests.integration.switch_calls import CLOCK
from tests.stack.switch import SwitchProcess
from worker.simulator.options import SimulatorOptions
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore
from worker.telephony.events import SwitchEvents
from worker.telephony.switch import Switches


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[SqlStore]:
    """Give an empty store with our schema on PostgreSQL, whose locks are held row by row."""
    engine = make_engine(postgres_url)
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture
def queue() -> FakeJobQueue:
    """Give a queue that remembers what it was asked for."""
    return FakeJobQueue()


@pytest.fixture(
    params=[pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    return str(request.getfixturevalue("empty_postgres_url"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[SwitchProcess]:
    options = SimulatorOptions(by_last_digit=True, speed=20, log_path=tmp_path / "switch.jsonl", gateways=("g1",))
    with SwitchProcess(options) as process:
        yield process


@pytest.fixture
def switches(switch: SwitchProcess) -> Iterator[Switches]:
    adapter = Switches([switch.url], clock=CLOCK, chance=lambda: 0.0)
    yield adapter
    adapter.close()


@pytest.fixture
def events(switch: SwitchProcess) -> Iterator[SwitchEvents]:
    source = SwitchEvents(switch.url, clock=CLOCK, chance=lambda: 0.0)
    source.read()
    yield source
    source.close()
