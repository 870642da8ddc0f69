"""What clients send with files, and ask about imports."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from api.requests.body import Body
from api.requests.fields import meaning, to_uuid
from api.requests.leads import Scope
from worker.domain.errors import Invalid
from worker.domain.file_import import FileKind
from worker.domain.ids import ListId
from worker.ports.records.entities import DuplicateScope

FORM: Final = "multipart/form-data"
_FILE: Final = {
    "type": "string",
    "format": "binary",
    "description": "CSV in UTF-8, UTF-16 or Windows-1258, with any separator, or XLSX, XLS or ODS; at most 128 MiB. "
    "One column is named `phone_number`, `số điện thoại` or alike.",
}


class ImportQuery(Body):
    """A filter of imports; an empty text matches all."""

    FOREIGN = "unchecked"

    kind: Annotated[
        Literal["", "leads", "do_not_call"], Field(), meaning("`leads`, or numbers that must not be called.")
    ] = ""

    def wanted(self) -> FileKind | None:
        """Return the kind of imports to return; None: all."""
        return FileKind(self.kind) if self.kind else None


def list_of(fields: Mapping[str, str]) -> ListId:
    """Return the list for the leads of a file; raises ``Invalid``."""
    sent = fields.get("list_uuid", "").strip()
    if not sent:
        raise Invalid("list_uuid is missing")
    found = to_uuid(sent, otherwise="list_uuid is invalid")
    if found is None:
        raise Invalid("list_uuid is invalid")
    return ListId(found)


def scope_of(fields: Mapping[str, str]) -> DuplicateScope:
    """Return where a number may stand only once; raises ``Invalid``."""
    sent = fields.get("duplicate_scope", "").strip() or DuplicateScope.CAMPAIGN.value
    if sent not in get_args(Scope):
        raise Invalid("duplicate_scope is none of list, campaign, tenant")
    return DuplicateScope(sent)


def ignored_of(fields: Mapping[str, str], *, known: frozenset[str]) -> list[str]:
    """Return the names of fields that mean nothing."""
    return sorted(set(fields) - known)


def form_with(**fields: dict[str, object]) -> dict[str, object]:
    """Return what OpenAPI says of a form with a file and these fields; those without a default are required."""
    required = ["file", *(name for name, field in fields.items() if "default" not in field)]
    schema = {"type": "object", "required": required, "properties": {"file": _FILE, **fields}}
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}}
