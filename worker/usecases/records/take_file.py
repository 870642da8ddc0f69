"""Take a file of leads, or of numbers that must not be called: it is stored whole, and imported in the background."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.errors import Invalid, NotFound
from worker.domain.file_import import ENDED, FileImport, FileKind, ImportState
from worker.domain.ids import ImportId, ListId
from worker.domain.text import plain_name
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import DuplicateScope, Tenant
from worker.ports.records.store import RecordStore

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
    with store.transaction() as tx:
        if sent.list_id is not None:
            _check_list(sent.tenant, sent.list_id, find=tx.lists.find)
        tx.file_imports.add(new)
        number = 0
        while part := sent.content.read(PART):
            tx.file_imports.add_part(new.id, number, part)
            number += 1
        tx.after_commit(queue.import_files)
    return new


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
