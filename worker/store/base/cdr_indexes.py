"""The indexes by which CDRs are found: one for each filter, in the order in which CDRs are listed.

Calls that have not ended are not in them: a call is written into each once, at its end. Without the id at the end, rows
that are left out before a page would have to be read one by one. Over 5 million calls one takes 60 to 75 bytes of disk
for each call, and about 110 of the write-ahead log.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Table, text

from worker.store.base.schema import partial_index

ENDED: Final = "state = 'ended'"
"""As the indexes have it; with a parameter instead, no database would use them."""
_FOUND_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "tenant": ("tenant_id",),
    "campaign": ("campaign_id",),
    "list": ("list_id",),
    "run": ("run_id",),
    "outcome": ("tenant_id", "outcome"),
    "caller_id": ("tenant_id", "caller_id"),
    "phone": ("tenant_id", "phone"),
    "last_key": ("tenant_id", "last_key"),
    "ref_id": ("tenant_id", "ref_id"),
}
_ONLY: Final = {"last_key": " AND last_key IS NOT NULL", "ref_id": " AND ref_id != ''"}
"""Most calls have neither, and cost nothing there."""


def add_cdr_indexes(calls: Table) -> None:
    """Add the indexes to the table of calls."""
    for name, columns in _FOUND_BY.items():
        ordered = (calls.c[column] for column in (*columns, "started_at", "id"))
        partial_index(f"ix_cdrs_{name}", *ordered, where=text(ENDED + _ONLY.get(name, "")))
