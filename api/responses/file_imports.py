"""Imports of files as clients read them."""

from api.timestamps import NEVER, rfc3339
from worker.domain.file_import import FileImport
from worker.domain.json_value import Json


def import_shape(one: FileImport, *, zone: str) -> dict[str, Json]:
    """Return an import as an object."""
    return {
        "import_uuid": str(one.id),
        "kind": one.kind.value,
        "list_uuid": "" if one.list_id is None else str(one.list_id),
        "file_name": one.file_name,
        "file_size": one.size,
        "status": one.state.value,
        "rows": one.rows,
        "rows_read": one.read_to,
        "total_insert": one.added,
        "total_restored": one.restored,
        "total_fail": one.refused,
        "error": one.error,
        "created_at": rfc3339(one.created_at, zone=zone),
        "updated_at": rfc3339(one.updated_at, zone=zone),
        "ended_at": NEVER if one.ended_at is None else rfc3339(one.ended_at, zone=zone),
    }
