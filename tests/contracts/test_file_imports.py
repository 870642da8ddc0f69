"""Imports of files on each database: one worker has a file, and its claim lapses."""

from dataclasses import replace
from uuid import UUID

import pytest
from pendulum import DateTime

from tests.builders import CAMPAIGN, NOON, TENANT, fill_store, list_of
from worker.domain.errors import NotFound
from worker.domain.file_import import CLAIM, FileImport, FileKind, ImportState, ReportedRow, RowResult
from worker.domain.ids import ImportId, TenantId
from worker.ports.paging import Slice
from worker.store.transaction import SqlStore

FIRST, SECOND = ImportId(UUID(int=1)), ImportId(UUID(int=2))
ONE, OTHER = UUID(int=11), UUID(int=12)
REPORT = [ReportedRow(3, RowResult.RESTORED, "091*****78"), ReportedRow(5, RowResult.REFUSED, "***", "why")]


def an_import(import_id: ImportId = FIRST, *, kind: FileKind = FileKind.LEADS, at: DateTime = NOON) -> FileImport:
    return FileImport(
        id=import_id,
        tenant_id=TENANT,
        kind=kind,
        list_id=list_of(CAMPAIGN) if kind is FileKind.LEADS else None,
        scope="list",
        file_name="leads.csv",
        size=7,
        created_at=at,
        updated_at=at,
    )


def claim(store: SqlStore, *, by: UUID, at: DateTime = NOON) -> ImportId | None:
    with store.transaction() as tx:
        found = tx.file_imports.claim(by=by, now=at)
    return None if found is None else found.id


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    fill_store(store)
    with store.transaction() as tx:
        tx.file_imports.add(an_import())
        tx.file_imports.add_part(FIRST, 0, b"\x00part")
        tx.file_imports.add_part(FIRST, 1, b"\xff")
    return store


def test_an_import_and_its_file_are_read_as_they_were_stored(filled: SqlStore) -> None:
    with filled.reading() as tx:
        assert tx.file_imports.get(TENANT, FIRST) == an_import()
        assert [tx.file_imports.part(FIRST, number) for number in (0, 1, 2)] == [b"\x00part", b"\xff", None]
        assert tx.file_imports.page(TENANT, Slice(10, 0), kind=FileKind.DO_NOT_CALL).rows == []
        assert tx.file_imports.page(TENANT, Slice(10, 0), kind=None).total == 1


def test_another_tenants_import_is_not_found(filled: SqlStore) -> None:
    other = TenantId(UUID(int=99))
    with filled.transaction() as tx:
        with pytest.raises(NotFound):
            tx.file_imports.get(other, FIRST)
        with pytest.raises(NotFound):
            tx.file_imports.lock_any(other, FIRST)


def test_one_worker_has_an_import_until_its_claim_lapses(filled: SqlStore) -> None:
    assert claim(filled, by=ONE) == FIRST
    assert claim(filled, by=OTHER, at=NOON + CLAIM) is None
    assert claim(filled, by=OTHER, at=NOON + CLAIM * 2) == FIRST

    with filled.transaction() as tx:
        assert tx.file_imports.lock(FIRST, by=ONE) is None, "the first worker was too slow"
        assert tx.file_imports.lock(FIRST, by=OTHER) is not None


def test_a_named_import_is_claimed_only_if_no_other_worker_has_it(filled: SqlStore) -> None:
    def claim_one(by: UUID, at: DateTime) -> FileImport | None:
        with filled.transaction() as tx:
            return tx.file_imports.claim_one(FIRST, by=by, now=at)

    mine = claim_one(ONE, NOON)

    assert mine == replace(an_import(), state=ImportState.RUNNING)
    assert claim_one(OTHER, NOON + CLAIM) is None
    assert claim(filled, by=OTHER, at=NOON + CLAIM) is None, "workers in the background leave it alone, too"
    assert claim_one(OTHER, NOON + CLAIM * 2) is not None
    with filled.transaction() as tx:
        tx.file_imports.save(mine.ended(ImportState.DONE, now=NOON))
    assert claim_one(ONE, NOON + CLAIM * 9) is None, "nothing is left of it"


def test_a_released_import_is_free_at_once(filled: SqlStore) -> None:
    claim(filled, by=ONE)
    with filled.transaction() as tx:
        tx.file_imports.release(FIRST, by=OTHER)
        assert tx.file_imports.waiting(now=NOON) == 0
        tx.file_imports.release(FIRST, by=ONE)
        assert tx.file_imports.waiting(now=NOON) == 1

    assert claim(filled, by=OTHER) == FIRST


def test_numbers_that_must_not_be_called_are_claimed_first(filled: SqlStore) -> None:
    with filled.transaction() as tx:
        tx.file_imports.add(an_import(SECOND, kind=FileKind.DO_NOT_CALL, at=NOON.add(minutes=1)))

    assert [claim(filled, by=ONE), claim(filled, by=ONE)] == [SECOND, FIRST]


def test_a_batch_keeps_the_claim_and_an_end_drops_the_file_but_not_the_report(filled: SqlStore) -> None:
    claim(filled, by=ONE)
    later = NOON + CLAIM
    after = replace(an_import(), state=ImportState.RUNNING).after_batch(read_to=5, added=3, reported=REPORT, now=later)
    with filled.transaction() as tx:
        tx.file_imports.save(after, reported=REPORT)
    assert claim(filled, by=OTHER, at=later + CLAIM) is None

    with filled.transaction() as tx:
        tx.file_imports.save(after.ended(ImportState.DONE, now=later))
    with filled.reading() as tx:
        found = tx.file_imports.get(TENANT, FIRST)
        assert tx.file_imports.part(FIRST, 0) is None
        assert tx.file_imports.report(FIRST, after=0, limit=10) == REPORT
        assert tx.file_imports.report(FIRST, after=3, limit=10) == REPORT[1:]
        assert tx.file_imports.report(FIRST, after=0, limit=1) == REPORT[:1]
    assert (found.added, found.restored, found.refused, found.ended_at) == (3, 1, 1, later)
    assert claim(filled, by=ONE, at=later.add(hours=1)) is None


def test_only_imports_that_ended_are_forgotten(filled: SqlStore) -> None:
    with filled.transaction() as tx:
        tx.file_imports.add(an_import(SECOND))
        tx.file_imports.save(an_import().ended(ImportState.FAILED, now=NOON, error="why"), reported=REPORT)
        assert tx.file_imports.drop_old(before=NOON, limit=10) == 0
        assert tx.file_imports.drop_old(before=NOON.add(seconds=1), limit=10) == 1

    with filled.reading() as tx:
        assert [row.id for row in tx.file_imports.page(TENANT, Slice(10, 0), kind=None).rows] == [SECOND]
        assert tx.file_imports.report(FIRST, after=0, limit=10) == []
