"""Answers of imports of files."""

from typing import Literal
from uuid import UUID

from api.responses.models.base import Answer, IdOrEmpty, Moment, Taken
from worker.domain.file_import import FileKind, ImportState


class FileTaken(Taken):
    """The import that reads the file in the background."""

    msg: Literal["file upload is processing"]
    import_uuid: UUID


class FileImported(Answer):
    """How far an import of a file is."""

    import_uuid: UUID
    kind: FileKind
    list_uuid: IdOrEmpty
    file_name: str
    file_size: int
    status: ImportState
    rows: int
    rows_read: int
    total_insert: int
    total_restored: int
    total_fail: int
    error: str
    created_at: Moment
    updated_at: Moment
    ended_at: Moment
