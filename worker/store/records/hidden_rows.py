"""Hidden numbers and callbacks with them, as a rotation of keys sees them."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Connection, Select, String, Table, bindparam, func, select, type_coerce, update

from worker.domain.hidden_text import HiddenText
from worker.domain.secret_place import SecretPlace
from worker.ports.records.secret_rows import Resealed
from worker.store.base.callback_tables import deliveries, fan_outs
from worker.store.base.hidden_tables import number_sealings
from worker.store.base.keyring import HEAD_LENGTH, key_id_of, number_key_id
from worker.store.base.tables import calls, leads

HIDDEN_PLACES: Final[Mapping[SecretPlace, tuple[Table, Column[str]]]] = {
    SecretPlace.LEAD_NUMBER: (leads, leads.c.phone),
    SecretPlace.CALL_NUMBER: (calls, calls.c.phone),
    SecretPlace.EVENT_BODY: (fan_outs, fan_outs.c.body),
    SecretPlace.CALLBACK_BODY: (deliveries, deliveries.c.body),
}
_HIDING: Final = select(number_sealings.c.campaign_id)


def count_hidden(connection: Connection, place: SecretPlace) -> Mapping[str, int]:
    """Count the encrypted values of campaigns that hide their numbers, by key; others cost no look at their rows."""
    if not _is_used(connection):
        return {}
    table, column = HIDDEN_PLACES[place]
    head = func.substr(type_coerce(column, String), 1, HEAD_LENGTH)
    counted = select(head.label("head"), func.count().label("rows")).where(table.c.campaign_id.in_(_HIDING))
    found: Counter[str] = Counter()
    for begins, number in connection.execute(counted.group_by(head)):
        key = _key_id(begins)
        if key:  # what is in clear is encrypted by its own work, in batches
            found[key] += number
    return found


def reseal_hidden(
    connection: Connection, place: SecretPlace, *, key: str, after: UUID | str | None, limit: int
) -> Resealed:
    """Encrypt values with this key that are encrypted with another one, in a batch of rows."""
    if not _is_used(connection):
        return Resealed(0, None)
    table, column = HIDDEN_PLACES[place]
    rows = connection.execute(_batch(table, column, after=after, limit=limit)).all()
    changed = [
        {"row": row.id, "new": HiddenText(str(row.text), key)}
        for row in rows
        if isinstance(row.text, HiddenText) and row.text.key != key
    ]
    if changed:
        moving = update(table).where(table.c.id == bindparam("row"))
        connection.execute(moving.values({column.name: bindparam("new", type_=column.type)}), changed)
    return Resealed(len(changed), rows[-1].id if len(rows) == limit else None)


def _batch(
    table: Table, column: Column[str], *, after: UUID | str | None, limit: int
) -> Select[Any]:  # Any: two columns
    asked = select(table.c.id, column.label("text")).where(table.c.campaign_id.in_(_HIDING))
    if after is not None:
        asked = asked.where(table.c.id > after)
    return asked.order_by(table.c.id).limit(limit).with_for_update(key_share=True)


def _is_used(connection: Connection) -> bool:
    return connection.scalar(_HIDING.limit(1)) is not None


def _key_id(head: str) -> str:
    return number_key_id(head) or key_id_of(head)
