"""Files are imported batch by batch, by one worker at a time; one that dies loses and repeats nothing."""

import io
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import BinaryIO
from uuid import UUID

import pytest
from sqlalchemy import func, select
from typing_extensions import override
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, NOON, TENANT, fill_store, list_of
from tests.unit.usecases.conftest import World
from worker.domain.caps import DEFAULT_CAPS, Cap
from worker.domain.errors import Invalid, NotFound, Unavailable
from worker.domain.file_import import CLAIM, MOST_FAILURES, FileImport, FileKind, ImportState, ReportedRow, RowResult
from worker.domain.ids import ListId
from worker.ports.paging import Slice
from worker.ports.records.tables import OpenTable, TableReader
from worker.spreadsheets.reader import SpreadsheetReader
from worker.store.base.import_tables import file_parts
from worker.store.base.tables import leads
from worker.store.dispatch.tenant_caps import SqlTenantCaps
from worker.usecases.records import queries
from worker.usecases.records import run_imports as running
from worker.usecases.records.ask_for_imports import REPORTS_KEPT, ask_for_imports, drop_old_imports
from worker.usecases.records.delete_list import delete_list
from worker.usecases.records.run_imports import BATCH, Importer, run_imports
from worker.usecases.records.take_file import PART, SentFile, cancel_import, take_file

HOME = list_of(CAMPAIGN)


class CountingIds:
    """Ids until one id too many is asked for: then the process is gone."""

    def __init__(self, most: int) -> None:
        self.left = most

    def __call__(self) -> UUID:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return uuid7()


class BrokenReader(TableReader):
    """Fails as only a bug does."""

    @override
    def open(self, file: BinaryIO) -> AbstractContextManager[OpenTable]:
        raise ZeroDivisionError


def importer_of(world: World) -> Importer:
    return Importer(
        store=world.store,
        queue=world.queue,
        reader=SpreadsheetReader(),
        clock=world.clock,
        new_id=uuid7,
        caps=DEFAULT_CAPS,
        is_stopping=lambda: False,
    )


def numbers(count: int, *, start: int = 0) -> list[str]:
    return [f"09{number:08}" for number in range(10_000_000 + start, 10_000_000 + start + count)]


def a_file(rows: Iterable[str], *, header: str = "phone_number,lead_name") -> io.BytesIO:
    return io.BytesIO("\n".join([header, *rows]).encode())


def send(
    world: World, content: BinaryIO, *, kind: FileKind = FileKind.LEADS, list_id: ListId | None = HOME
) -> FileImport:
    with world.store.reading() as tx:
        tenant = tx.tenants.get(TENANT)
    sent = SentFile(tenant=tenant, kind=kind, list_id=list_id, name="leads.csv", content=content)
    return take_file(world.store, sent, queue=world.queue, now=world.clock.now(), new_id=uuid7)


def look(world: World, sent: FileImport) -> FileImport:
    with world.store.reading() as tx:
        return tx.file_imports.get(TENANT, sent.id)


def stored(world: World) -> list[str]:
    with world.store.reading() as tx:
        return sorted(tx.connection.scalars(select(leads.c.phone).where(leads.c.list_id == HOME)))


@pytest.fixture
def world(world: World) -> World:
    fill_store(world.store)
    return world


def test_a_file_becomes_leads_and_a_report(world: World) -> None:
    content = a_file(["0912000001,An", "912000002,Bình", "9.12E+08,C", "0912000001,D"])
    sent = send(world, content)

    assert run_imports(importer_of(world)) == 5

    after = look(world, sent)
    assert after.state is ImportState.DONE
    assert (after.rows, after.read_to, after.added, after.restored, after.refused) == (5, 5, 2, 1, 2)
    assert stored(world) == ["0912000001", "0912000002"]
    with world.store.reading() as tx:
        report = tx.file_imports.report(sent.id, after=0, limit=10)
    assert [(row.row, row.result) for row in report] == [
        (3, RowResult.RESTORED),
        (4, RowResult.REFUSED),
        (5, RowResult.REFUSED),
    ]
    assert report[0] == ReportedRow(3, RowResult.RESTORED, "912****02")
    assert report[2].why == "phone_number is duplicate"
    assert world.queue.plans, "the carrier is planned"


def test_the_file_is_gone_when_it_was_read(world: World) -> None:
    send(world, a_file(numbers(3 * PART // 11)))
    with world.store.reading() as tx:
        assert (tx.connection.scalar(select(func.count()).select_from(file_parts)) or 0) > 2

    run_imports(importer_of(world))

    with world.store.reading() as tx:
        assert tx.connection.scalar(select(func.count()).select_from(file_parts)) == 0


@pytest.mark.parametrize("dies_after", [0, 1, 500, BATCH, BATCH + 1, BATCH + 900])
def test_a_worker_that_dies_loses_and_repeats_no_row(world: World, dies_after: int) -> None:
    wanted = numbers(BATCH + 1000)
    sent = send(world, a_file(f"{number},x" for number in wanted))

    with pytest.raises(KeyboardInterrupt):
        run_imports(replace(importer_of(world), new_id=CountingIds(1 + dies_after)))  # one id is the worker's own
    assert run_imports(importer_of(world)) == 0, "the file is the dead one's for a while"
    world.clock.wait(CLAIM.total_seconds() + 1)
    run_imports(importer_of(world))

    after = look(world, sent)
    assert (after.state, after.added, after.refused) == (ImportState.DONE, len(wanted), 0)
    assert stored(world) == wanted


def test_a_worker_that_is_told_to_stop_leaves_the_rest_to_another_one_at_once(world: World) -> None:
    wanted = numbers(BATCH + 10)
    sent = send(world, a_file(wanted, header="phone"))
    asked = iter([False, False, True])
    asked_before = world.queue.imports

    run_imports(replace(importer_of(world), is_stopping=lambda: next(asked, True)))

    assert look(world, sent).state is ImportState.RUNNING
    assert world.queue.imports == asked_before + 1
    run_imports(importer_of(world))
    assert stored(world) == wanted


def test_a_cancelled_import_ends_before_its_next_rows(world: World) -> None:
    sent = send(world, a_file(numbers(BATCH + 10), header="phone"))
    importer = importer_of(world)

    def cancel_then_go_on() -> bool:
        if look(world, sent).read_to:
            with world.store.reading() as tx:
                tenant = tx.tenants.get(TENANT)
            cancel_import(world.store, tenant=tenant, import_id=sent.id, now=world.clock.now())
        return False

    run_imports(replace(importer, is_stopping=cancel_then_go_on))

    after = look(world, sent)
    assert (after.state, after.added) == (ImportState.CANCELLED, BATCH)
    assert len(stored(world)) == BATCH


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"name,amount\nAn,5", "no column is named phone_number; it has name, amount"),
        (b"%PDF-1.7", "the file is a PDF, not CSV or a workbook"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_a_word(world: World, content: bytes, error: str) -> None:
    sent = send(world, io.BytesIO(content))

    run_imports(importer_of(world))

    after = look(world, sent)
    assert (after.state, after.error, after.ended_at) == (ImportState.FAILED, error, NOON)


def test_more_leads_than_a_list_may_have_end_the_import(world: World) -> None:
    sent = send(world, a_file(numbers(30), header="phone"))

    run_imports(replace(importer_of(world), caps={**DEFAULT_CAPS, Cap.LEADS: 10}))

    after = look(world, sent)
    assert after.state is ImportState.FAILED
    assert "leads" in after.error
    assert stored(world) == []


def test_leads_of_a_list_are_counted_now_and_then_and_before_a_refusal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    count = SqlTenantCaps.leads_of

    def leads_of(self: SqlTenantCaps, list_id: ListId) -> int:
        counted.append(count(self, list_id))
        return counted[-1]

    monkeypatch.setattr(SqlTenantCaps, "leads_of", leads_of)
    monkeypatch.setattr(running, "BATCH", 2)
    monkeypatch.setattr(running, "COUNTED_EVERY", 3)
    sent = send(world, a_file(numbers(20)))

    run_imports(replace(importer_of(world), caps={**DEFAULT_CAPS, Cap.LEADS: 17}))

    assert counted == [0, 6, 14, 16]
    assert (look(world, sent).state, len(stored(world))) == (ImportState.FAILED, 16)


def test_a_list_that_was_deleted_meanwhile_ends_its_import(world: World) -> None:
    sent = send(world, a_file(numbers(3), header="phone"))
    with world.store.reading() as tx:
        tenant = tx.tenants.get(TENANT)
    delete_list(world.store, queue=world.queue, tenant=tenant, list_id=HOME, now=world.clock.now())

    run_imports(importer_of(world))

    assert (look(world, sent).state, look(world, sent).error) == (ImportState.FAILED, "list is not found")


def test_an_error_of_ours_is_tried_again_and_not_for_ever(world: World) -> None:
    sent = send(world, a_file(numbers(3), header="phone"))

    for _ in range(MOST_FAILURES):
        assert look(world, sent).ended_at is None
        run_imports(replace(importer_of(world), reader=BrokenReader()))
        world.clock.wait(CLAIM.total_seconds() + 1)

    assert (look(world, sent).state, look(world, sent).error) == (ImportState.FAILED, "internal error")


def test_a_database_that_is_away_costs_the_import_nothing(world: World) -> None:
    sent = send(world, a_file(numbers(3), header="phone"))

    ids = CountingIds(1)

    def then_away() -> UUID:
        if ids.left:
            return ids()
        raise Unavailable("away")

    run_imports(replace(importer_of(world), new_id=then_away))
    world.clock.wait(CLAIM.total_seconds() + 1)
    run_imports(importer_of(world))

    assert look(world, sent).state is ImportState.DONE
    assert len(stored(world)) == 3


def test_numbers_that_must_not_be_called_come_first(world: World) -> None:
    waiting = send(world, a_file(["0912000001"], header="phone"))
    blocked = send(
        world,
        a_file(["912000001,asked us to stop", "0912000001,again"], header="SĐT,Lý do"),
        kind=FileKind.DO_NOT_CALL,
        list_id=None,
    )

    run_imports(importer_of(world))

    assert look(world, blocked).updated_at <= look(world, waiting).updated_at
    assert (look(world, blocked).added, look(world, blocked).refused) == (1, 1)
    with world.store.reading() as tx:
        entries = tx.do_not_call.page(TENANT, Slice(10, 0)).rows
    assert [(entry.phone, entry.description) for entry in entries] == [("0912000001", "asked us to stop")]


def test_a_name_that_no_database_can_hold_is_made_one(world: World) -> None:
    with world.store.reading() as tx:
        tenant = tx.tenants.get(TENANT)
    sent = SentFile(
        tenant=tenant,
        kind=FileKind.LEADS,
        list_id=HOME,
        name=" lea\0ds.csv" + "x" * 300,
        content=a_file(["0912000001"]),
    )

    taken = take_file(world.store, sent, queue=world.queue, now=world.clock.now(), new_id=uuid7)

    assert taken.file_name.startswith("leads.csv")
    assert len(taken.file_name) == 255


def test_an_empty_file_and_an_unknown_list_are_refused_at_once(world: World) -> None:
    with pytest.raises(Invalid, match="the file is empty"):
        send(world, io.BytesIO(b""))
    with pytest.raises(NotFound, match="list is not found"):
        send(world, a_file(["0912000001"]), list_id=ListId(uuid7()))
    with world.store.reading() as tx:
        tenant = tx.tenants.get(TENANT)
    assert queries.list_imports(world.store, tenant=tenant, part=Slice(10, 0), kind=None).total == 0


def test_a_request_that_was_lost_is_repeated_and_old_reports_are_forgotten(world: World) -> None:
    sent = send(world, a_file(["9.12E+08"], header="phone"))
    before = world.queue.imports
    ask_for_imports(world.store, queue=world.queue, now=world.clock.now())
    assert world.queue.imports == before + 1

    run_imports(importer_of(world))
    ask_for_imports(world.store, queue=world.queue, now=world.clock.now())
    assert world.queue.imports == before + 1, "nothing waits"

    assert drop_old_imports(world.store, now=world.clock.now()) == 0
    assert drop_old_imports(world.store, now=world.clock.now() + REPORTS_KEPT + CLAIM) == 1
    with world.store.reading() as tx, pytest.raises(NotFound):
        tx.file_imports.get(TENANT, sent.id)
