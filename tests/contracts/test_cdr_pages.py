"""CDRs are found by every filter, in one order, at any place; each filter has an index."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, text

from tests.builders import CAMPAIGN, NOON, TENANT, add_leads, fill_store, list_of, viettel
from tests.builders.many_cdrs import HOTLINES, OUTCOMES, RARE, RUNS, phone_of, store_many_cdrs
from worker.domain.call import Outcome
from worker.domain.cdr import Cdr
from worker.domain.ids import CallId, ListId, TenantId
from worker.ports.paging import Slice
from worker.ports.records.cdrs import COUNTED, CdrCount, place_of
from worker.ports.records.entities import CdrFilter, Tenant
from worker.store.base.dialect import is_sqlite
from worker.store.base.engine import make_engine
from worker.store.base.tables import leads, metadata
from worker.store.records.cdr_search import CdrSearch
from worker.store.transaction import SqlStore
from worker.usecases.records.cdr_places import KEPT, CdrPlaces
from worker.usecases.records.list_cdrs import list_cdrs, list_cdrs_behind

MANY = COUNTED + 300
WHO = Tenant(id=TENANT, name="default", timezone="Asia/Ho_Chi_Minh")
NOBODY = TenantId(UUID(int=77))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """Return a store with more CDRs than are counted one by one; no test changes them."""
    if request.param == "postgres":
        url = request.getfixturevalue("new_postgres_database")()
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('cdrs') / 'cdrs.sqlite3'}"
    engine = make_engine(url)
    metadata.create_all(engine)  # on PostgreSQL there already
    store = SqlStore(engine)
    fill_store(store)
    add_leads(store, viettel(20))
    store_many_cdrs(store, MANY, leads=lead_ids(store))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if is_sqlite(connection) else "VACUUM ANALYZE calls"))
    yield store
    engine.dispose()


def lead_ids(store: SqlStore) -> list[UUID]:
    with store.reading() as tx:
        return list(tx.connection.scalars(select(leads.c.id).order_by(leads.c.id)))


@pytest.fixture(scope="module")
def everything(store: SqlStore) -> list[Cdr]:
    """Return all CDRs, in the order that is promised."""
    with store.reading() as tx:
        rows = tx.cdrs.older(TENANT, wanted=CdrFilter(), limit=MANY)
    return sorted(rows, key=lambda cdr: (cdr.started_at, cdr.call_id), reverse=True)


SINCE, UNTIL = NOON.add(minutes=5), NOON.add(minutes=9)
FILTERS: list[tuple[str, CdrFilter, Callable[[Cdr], bool]]] = [
    ("ix_cdrs_tenant", CdrFilter(), lambda _: True),
    ("ix_cdrs_", CdrFilter(campaign_id=CAMPAIGN), lambda cdr: cdr.campaign_id == CAMPAIGN),
    ("ix_cdrs_", CdrFilter(list_id=list_of(CAMPAIGN)), lambda _: True),
    ("", CdrFilter(list_id=ListId(UUID(int=78))), lambda _: False),
    ("ix_cdrs_", CdrFilter(run_id=RUNS[1]), lambda cdr: cdr.run_id == RUNS[1]),
    ("ix_cdrs_ref_id", CdrFilter(ref_id="order-100"), lambda cdr: cdr.ref_id == "order-100"),
    ("ix_cdrs_outcome", CdrFilter(outcome=RARE), lambda cdr: cdr.outcome is RARE),
    ("", CdrFilter(outcome=Outcome.BUSY), lambda cdr: cdr.outcome is Outcome.BUSY),
    ("ix_cdrs_phone", CdrFilter(phone=phone_of(7)), lambda cdr: cdr.phone == phone_of(7)),
    ("ix_cdrs_caller_id", CdrFilter(phone=HOTLINES[0]), lambda cdr: cdr.caller_id == HOTLINES[0]),
    ("ix_cdrs_caller_id", CdrFilter(hotline="0"), lambda _: False),
    ("", CdrFilter(hotline=HOTLINES[1]), lambda cdr: cdr.caller_id == HOTLINES[1]),
    ("ix_cdrs_last_key", CdrFilter(key="1"), lambda cdr: int(cdr.sip_call_id[4:]) % 30 == 0),
    ("", CdrFilter(key=""), lambda cdr: int(cdr.sip_call_id[4:]) % 30 != 0),
    (
        "ix_cdrs_tenant",
        CdrFilter(started_from=SINCE, started_before=UNTIL),
        lambda cdr: SINCE <= cdr.started_at < UNTIL,
    ),
    (
        "ix_cdrs_tenant",
        CdrFilter(ended_from=SINCE, ended_before=UNTIL),
        lambda cdr: cdr.ended_at is not None and SINCE <= cdr.ended_at < UNTIL,
    ),
    (
        "",
        CdrFilter(campaign_id=CAMPAIGN, outcome=OUTCOMES[0], started_before=UNTIL, hotline=HOTLINES[0]),
        lambda cdr: cdr.outcome is OUTCOMES[0] and cdr.started_at < UNTIL and cdr.caller_id == HOTLINES[0],
    ),
]
"""A filter, the index that answers it (empty: whichever), and what it means."""


def ids(rows: list[Cdr]) -> list[CallId]:
    return [cdr.call_id for cdr in rows]


@pytest.mark.parametrize(("wanted", "matches"), [(wanted, matches) for _, wanted, matches in FILTERS])
def test_a_filter_finds_what_it_names_and_pages_leave_nothing_out(
    store: SqlStore, everything: list[Cdr], wanted: CdrFilter, matches: Callable[[Cdr], bool]
) -> None:
    expected = ids([cdr for cdr in everything if matches(cdr)])

    with store.reading() as tx:
        newest = list(tx.cdrs.older(TENANT, wanted=wanted, limit=7))
        behind = list(tx.cdrs.older(TENANT, wanted=wanted, limit=5, after=place_of(newest[-1]))) if newest else []
        third = tx.cdrs.skip(TENANT, wanted=wanted, rows=3)
        beyond = tx.cdrs.skip(TENANT, wanted=wanted, rows=len(expected) + 1)
        others = tx.cdrs.older(NOBODY, wanted=wanted, limit=1)
        count = tx.cdrs.count(TENANT, wanted=wanted)

    assert (ids(newest), ids(behind)) == (expected[:7], expected[7:12])
    assert (third and third.call_id) == (expected[2] if len(expected) > 2 else None)
    assert (beyond, list(others)) == (None, [])
    assert count.is_estimate or count.number == len(expected)


@pytest.mark.parametrize(("index", "wanted"), [(index, wanted) for index, wanted, _ in FILTERS])
def test_each_filter_has_an_index_in_the_order_of_the_list(store: SqlStore, index: str, wanted: CdrFilter) -> None:
    with store.reading() as tx:
        query = CdrSearch(tx.connection, TENANT, wanted).ids(after=None, limit=10)
        sql = query.compile(dialect=tx.connection.dialect, compile_kwargs={"literal_binds": True})
        how = "EXPLAIN QUERY PLAN" if is_sqlite(tx.connection) else "EXPLAIN (COSTS OFF)"
        plan = "\n".join(str(row[-1]) for row in tx.connection.exec_driver_sql(f"{how} {sql}"))

    assert index in plan, plan
    assert "Seq Scan" not in plan, plan
    assert "SCAN calls" not in plan or " USING " in plan, plan
    assert wanted.phone or ("TEMP B-TREE" not in plan and "Sort" not in plan), plan


def test_more_than_are_counted_is_an_estimate_on_postgresql_and_exact_on_sqlite(store: SqlStore) -> None:
    with store.reading() as tx:
        count = tx.cdrs.count(TENANT, wanted=CdrFilter())
        counted = is_sqlite(tx.connection)

    if counted:
        assert count == CdrCount(MANY)
    else:
        assert count.is_estimate
        assert COUNTED < count.number < 2 * MANY


def test_a_place_of_another_filter_is_a_place_all_the_same(store: SqlStore, everything: list[Cdr]) -> None:
    place, wanted = place_of(everything[100]), CdrFilter(hotline=HOTLINES[0])

    page = list_cdrs_behind(store, tenant=WHO, wanted=wanted, limit=3, after=place)

    assert ids(list(page.rows)) == ids([cdr for cdr in everything[101:] if cdr.caller_id == HOTLINES[0]])[:3]


def test_far_pages_are_the_same_with_and_without_what_is_remembered(store: SqlStore, everything: list[Cdr]) -> None:
    places, offset = CdrPlaces(), COUNTED + 20

    def page(offset: int, *, limit: int = 100, later: int = 0) -> list[CallId]:
        now = NOON.add(seconds=later)
        found = list_cdrs(store, tenant=WHO, wanted=CdrFilter(), part=Slice(limit, offset), places=places, now=now)
        return ids(list(found.rows))

    expected = ids(everything)
    assert [page(offset), page(offset + 100), page(offset + 130), page(offset), page(offset, later=700)] == [
        expected[start : start + 100] for start in (offset, offset + 100, offset + 130, offset, offset)
    ]


def test_the_last_page_tells_the_exact_number(store: SqlStore) -> None:
    part = Slice(200, MANY - 50)

    page = list_cdrs(store, tenant=WHO, wanted=CdrFilter(), part=part, places=CdrPlaces(), now=NOON)

    assert (len(page.rows), page.total, page.next_place) == (50, CdrCount(MANY), None)


def test_a_page_beyond_the_end_is_empty(store: SqlStore) -> None:
    part = Slice(10, 50_000)

    page = list_cdrs(store, tenant=WHO, wanted=CdrFilter(), part=part, places=CdrPlaces(), now=NOON)

    assert (list(page.rows), page.next_place) == ([], None)


def test_a_place_is_remembered_for_its_filter_and_tenant_and_for_a_time(everything: list[Cdr]) -> None:
    places, place, asked = CdrPlaces(), place_of(everything[0]), (TENANT, CdrFilter())
    places.note(asked, offset=20_000, place=place, now=NOON)

    assert places.nearest(asked, offset=20_100, now=NOON) == (20_000, place)
    assert places.nearest(asked, offset=19_999, now=NOON) == (0, None)
    assert places.nearest((NOBODY, CdrFilter()), offset=20_100, now=NOON) == (0, None)
    assert places.nearest((TENANT, replace(CdrFilter(), hotline="1")), offset=20_100, now=NOON) == (0, None)
    assert places.nearest(asked, offset=20_100, now=NOON + KEPT) == (0, None)
