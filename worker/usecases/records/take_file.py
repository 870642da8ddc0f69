"""Take a file of leads, or of numbers that must not be called: it is stored whole, and imported in the background."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.errors import Conflict, Invalid, NotFound
from worker.domain.file_import import CLAIM, ENDED, FileImport, FileKind, ImportState
from worker.domain.ids import ImportId, ListId
from worker.domain.text import plain_name
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import DuplicateScope, Tenant
from worker.ports.records.store import RecordStore, RecordTransaction

LARGEST_FILE: Final = 128 * 1024 * 1024
"""A million leads with ten columns are about as large."""
PART: Final = 512 * 1024
LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file as a client sent it; ``list_id`` is None for numbers that must not be called."""

    tenant: Tenant
    kind: FileKind
    list_id: ListId | None
    scope: DuplicateScope = DuplicateScope.CAMPAIGN
    name: str
    content: BinaryIO


def take_file(
    store: RecordStore, sent: SentFile, *, queue: JobQueue, now: DateTime, new_id: Callable[[], UUID]
) -> FileImport:
    """Store a file for its import. Raises ``Invalid`` for an empty one, ``NotFound`` for a list that is not there."""
    new = _new_import(sent, now=now, new_id=new_id)
    with store.transaction() as tx:
        _add(tx, new, sent=sent)
        tx.after_commit(queue.import_files)
    return new


def take_file_for(
    store: RecordStore, sent: SentFile, *, worker_id: UUID, now: DateTime, new_id: Callable[[], UUID]
) -> FileImport:
    """Store a file as ``take_file`` does, for this worker, which imports it at once; no other one is asked."""
    new = _new_import(sent, now=now, new_id=new_id)
    with store.transaction() as tx:
        _add(tx, new, sent=sent)
        claimed = tx.file_imports.claim_one(new.id, by=worker_id, now=now)
    if claimed is None:
        raise AssertionError("nobody else knows of the import")
    return claimed


def claim_import(
    store: RecordStore, *, tenant: Tenant, import_id: ImportId, worker_id: UUID, now: DateTime
) -> FileImport:
    """Return an import that this worker goes on with. Raises ``NotFound``, ``Conflict`` when no row is left to it."""
    with store.transaction() as tx:
        found = tx.file_imports.get(tenant.id, import_id)
        claimed = tx.file_imports.claim_one(import_id, by=worker_id, now=now)
    if claimed is None:
        raise Conflict(
            f"the import has ended: {found.state.value}"
            if found.state in ENDED
            else f"another process has the import: it goes on there, or is free after {CLAIM.in_words()}"
        )
    return claimed


def _new_import(sent: SentFile, *, now: DateTime, new_id: Callable[[], UUID]) -> FileImport:
    new = FileImport(
        id=ImportId(new_id()),
        tenant_id=sent.tenant.id,
        kind=sent.kind,
        list_id=sent.list_id,
        scope=sent.scope,
        file_name=plain_name(sent.name.replace("\0", ""))[:LONGEST_NAME],
        size=_size(sent.content),
        created_at=now,
        updated_at=now,
    )
    if not new.size:
        raise Invalid("the file is empty")
    if new.size > LARGEST_FILE:
        raise Invalid(f"the file is larger than {LARGEST_FILE >> 20} MiB")
    return new


def _add(tx: RecordTransaction, new: FileImport, *, sent: SentFile) -> None:
    if sent.list_id is not None:
        _check_list(sent.tenant, sent.list_id, find=tx.lists.find)
    tx.file_imports.add(new)
    number = 0
    while part := sent.content.read(PART):
        tx.file_imports.add_part(new.id, number, part)
        number += 1


def cancel_import(store: RecordStore, *, tenant: Tenant, import_id: ImportId, now: DateTime) -> FileImport:
    """End an import before its next batch; what it has added stays. One that has ended stays as it ended."""
    with store.transaction() as tx:
        found = tx.file_imports.lock_any(tenant.id, import_id)
        if found.state in ENDED:
            return found
        cancelled = found.ended(ImportState.CANCELLED, now=now)
        tx.file_imports.save(cancelled)
    return cancelled


def _check_list(tenant: Tenant, list_id: ListId, *, find: Callable[..., object]) -> None:
    try:
        find(tenant.id, list_id)
    except NotFound as error:
        raise NotFound("list is not found") from error


def _size(content: BinaryIO) -> int:
    size = content.seek(0, 2)
    content.seek(0)
    return size
