"""A database that is locked, slow, standing still or away: 503 in seconds, nothing half done, and then all is well."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import psutil
import psycopg
import pytest
from sqlalchemy import make_url

from tests.builders.api import a_tenant
from tests.faults.bad_input.right import RIGHT, Right
from tests.faults.counter import Told, ask, furnish, open_counter
from tests.stack.addresses import LOOPBACK, free_port
from worker.store.base.engine import make_engine
from worker.store.base.tables import metadata
from worker.store.transaction import SqlStore

BOUND_SECONDS: Final = 25.0
"""Of every answer; on an idle machine it is 3 to 9 seconds."""
LIVE_SECONDS: Final = 5.0
DOOR: Final = {"tenants", "tokens"}
"""What is read of every request before anything else."""
KEYS: Final = "/v3/token"
"""Endpoints that need nothing else."""
READ: Final = Right("GET", "/v3/campaign")
EDIT: Final = Right("PUT", "/v3/campaign/{campaign_uuid}", {"concurrent_call": 7})
IMPORT: Final = Right("POST", "/v3/lead/multi", {"list_uuid": "{list_uuid}", "data": [{"phone_number": "0341234567"}]})


@dataclass(frozen=True)
class Place:
    """A running API, what is in its database, and somebody else who uses the same database."""

    api: httpx.Client
    known: Mapping[str, str]
    other: psycopg.Connection

    def ask(self, right: Right) -> Told:
        """Send one request."""
        return ask(self.api, right.filled(self.known))

    def ask_all(self, rights: Sequence[Right], *, at_once: int) -> list[Told]:
        """Send many requests, so many at once."""
        with ThreadPoolExecutor(at_once) as threads:
            return list(threads.map(self.ask, rights))

    def rows(self) -> dict[str, str]:
        """Give a digest of each table."""
        query = "SELECT coalesce(md5(string_agg(row::text, '' ORDER BY row::text)), '') FROM {} AS row"
        digests = {name: self.other.execute(query.format(name)).fetchone() for name in metadata.tables}
        self.other.rollback()
        return {name: str(digest) for name, digest in digests.items()}


@pytest.fixture
def place(postgres_url: str, redis_url: str, tmp_path: Path) -> Iterator[Place]:
    """Run the API, with a campaign and a list."""
    engine = make_engine(postgres_url)
    a_tenant(SqlStore(engine), name="default")
    engine.dispose()
    url = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with (
        open_counter(tmp_path, database_url=postgres_url, redis_url=redis_url) as counter,
        counter.client() as api,
        psycopg.connect(url) as other,
    ):
        yield Place(api, furnish(api), other)


def test_every_endpoint_gives_up_a_database_that_is_locked(place: Place) -> None:
    before = place.rows()
    place.other.execute(f"LOCK TABLE {', '.join(set(metadata.tables) - DOOR)} IN ACCESS EXCLUSIVE MODE")

    told = place.ask_all([right for right in RIGHT if not right.path.startswith(KEYS)], at_once=28)

    place.other.rollback()
    assert [one for one in told if not is_asked_to_come_again(one)] == []
    assert place.rows() == before
    assert [one.status for one in place.ask_all(RIGHT, at_once=1) if one.status >= 500] == []


def test_a_row_that_somebody_holds_is_given_up_by_who_would_change_it_alone(place: Place) -> None:
    before = place.rows()
    place.other.execute("SELECT * FROM campaigns FOR UPDATE")

    edit, read = place.ask(EDIT), place.ask(READ)

    place.other.rollback()
    assert is_asked_to_come_again(edit)
    assert read.status == 200
    assert place.rows() == before
    assert place.ask(EDIT).status == 200


@pytest.mark.parametrize(("table", "right"), [("campaigns", EDIT), ("leads", IMPORT)])
def test_a_slow_database_is_given_up_and_keeps_nothing(place: Place, table: str, right: Right) -> None:
    before = place.rows()
    with slow_changes(place.other, table=table, seconds=60):
        told = place.ask(right)

    assert is_asked_to_come_again(told)
    assert place.rows() == before
    assert place.ask(right).status == 200


def test_a_database_that_stands_still_is_given_up_and_keeps_nothing(place: Place) -> None:
    rights = [READ, EDIT, IMPORT] * 3
    before = place.rows()
    with standing_still(place.other):
        told = place.ask_all(rights, at_once=len(rights))
        live = seconds_until_live(place.api)

    assert [one for one in told if not is_asked_to_come_again(one)] == []
    assert live < LIVE_SECONDS
    assert place.rows() == before
    assert [place.ask(right).status for right in rights] == [200] * len(rights)


def test_a_crowd_before_a_database_that_is_locked_does_not_queue_without_end(place: Place) -> None:
    place.other.execute("LOCK TABLE campaigns IN ACCESS EXCLUSIVE MODE")

    with ThreadPoolExecutor(1) as aside:
        live = aside.submit(lambda: [seconds_until_live(place.api) for _ in range(20)])
        told = place.ask_all([READ] * 120, at_once=120)

    place.other.rollback()
    assert [one for one in told if not is_asked_to_come_again(one)] == []
    assert "too many requests at once" in {one.error for one in told}
    assert max(live.result()) < LIVE_SECONDS
    assert place.ask(READ).status == 200


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    nowhere = f"postgresql+psycopg://{LOOPBACK}:{free_port()}/nowhere"
    no_redis = f"redis://{LOOPBACK}:{free_port()}/0"
    with open_counter(tmp_path, database_url=nowhere, redis_url=no_redis) as counter, counter.client() as api:
        answers = [api.get(path) for path in ("/v3/campaign", "/health/ready", "/metrics", "/health/live")]

    assert [answer.status_code for answer in answers] == [503, 503, 503, 200]
    assert [answer.headers.get("Retry-After") for answer in answers] == ["1", "1", "1", None]


def is_asked_to_come_again(told: Told) -> bool:
    """Whether a client was refused as it should be, and in time."""
    return (told.status, told.retry_after) == (503, "1") and told.error != "" and told.seconds < BOUND_SECONDS


def seconds_until_live(api: httpx.Client) -> float:
    """Ask whether the process is live; give how long that took."""
    told = ask(api, Right("GET", "/health/live"))
    assert told.status == 200
    return told.seconds


@contextmanager
def slow_changes(other: psycopg.Connection, *, table: str, seconds: int) -> Iterator[None]:
    """Have every row of a table take so long to be written while the block runs."""
    body = f"BEGIN PERFORM pg_sleep({seconds}); RETURN NEW; END"
    other.execute(f"CREATE FUNCTION dawdle() RETURNS trigger AS $$ {body} $$ LANGUAGE plpgsql")
    other.execute(f"CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION dawdle()")
    other.commit()
    try:
        yield
    finally:
        other.execute("DROP FUNCTION dawdle CASCADE")
        other.commit()


@contextmanager
def standing_still(other: psycopg.Connection) -> Iterator[None]:
    """Stop the database's server, and every process of it, while the block runs."""
    main = psutil.Process(other.info.backend_pid).parent()
    assert main is not None
    processes = [main, *main.children(recursive=True)]
    each(processes, psutil.Process.suspend)
    try:
        yield
    finally:
        each(processes, psutil.Process.resume)


def each(processes: Sequence[psutil.Process], act: Callable[[psutil.Process], None]) -> None:
    for process in processes:
        act(process)
