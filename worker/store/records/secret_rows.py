"""Stored secrets in SQL, and how they move from one key to another."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pendulum import DateTime, Duration
from sqlalchemy import Column, Connection, Table, bindparam, case, func, null, select, update
from typing_extensions import override

from worker.domain.one_time_code import code_of, with_code
from worker.domain.secret_place import SecretPlace
from worker.ports.records.secret_rows import Resealed, SecretRows
from worker.store.base.answer_tables import request_answers
from worker.store.base.callback_tables import event_subscriptions, retired_secrets
from worker.store.base.dialect import insert_or_ignore, insert_or_replace
from worker.store.base.erasure_tables import erasure_keys
from worker.store.base.keyring import HEAD_LENGTH, key_id_of
from worker.store.base.sealing import Sealer
from worker.store.base.secret_tables import one_time_codes, secret_keys
from worker.store.base.switch_tables import switches
from worker.store.base.tables import leads, tenants
from worker.store.records.hidden_rows import HIDDEN_PLACES, count_hidden, reseal_hidden

_JUST_AFTER: Final = Duration(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Values:
    """A column with secrets, and its table's key, by which batches are ordered."""

    table: Table
    row: Column[Any]  # Any: a UUID or a text
    column: Column[str]


_VALUES: Final = {
    SecretPlace.SIGNING: _Values(tenants, tenants.c.id, tenants.c.callback_secret),
    SecretPlace.RETIRED: _Values(retired_secrets, retired_secrets.c.tenant_id, retired_secrets.c.secret),
    SecretPlace.SUBSCRIPTION_KEY: _Values(event_subscriptions, event_subscriptions.c.id, event_subscriptions.c.apikey),
    SecretPlace.ERASURE_KEY: _Values(erasure_keys, erasure_keys.c.tenant_id, erasure_keys.c.key),
    SecretPlace.SWITCH_URL: _Values(switches, switches.c.name, switches.c.url),
    SecretPlace.KEPT_ANSWER: _Values(request_answers, request_answers.c.key, request_answers.c.body),
}


class SqlSecretRows(SecretRows):
    """Secrets in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection
        self._sealer = Sealer(connection)

    @override
    def present_key(self) -> str:
        return self._sealer.present_key

    @override
    def use(self, key: str, *, now: DateTime) -> None:
        latest = self._connection.scalar(select(func.max(secret_keys.c.used_since)))
        since = now if latest is None or latest < now else latest + _JUST_AFTER
        using = insert_or_replace(
            self._connection, secret_keys, same=("id",), new=lambda row: {"used_since": row["used_since"]}
        )
        self._connection.execute(using, [{"id": key, "used_since": since}])

    @override
    def reseal(self, place: SecretPlace, *, after: UUID | str | None, limit: int) -> Resealed:
        if place is SecretPlace.ONE_TIME_CODE:
            return self._reseal_codes(after=after, limit=limit)
        if place in HIDDEN_PLACES:
            return reseal_hidden(self._connection, place, key=self.present_key(), after=after, limit=limit)
        values = _VALUES[place]
        asked = select(values.row.label("row"), values.column.label("stored")).order_by(values.row).limit(limit)
        if after is not None:
            asked = asked.where(values.row > after)
        rows = self._connection.execute(asked).all()
        old = [row for row in rows if row.stored and key_id_of(row.stored) != self.present_key()]
        changed = [{"found": row.row, "before": row.stored, "after": self._sealed(row.stored, place)} for row in old]
        if changed:
            same = values.row == bindparam("found"), values.column == bindparam("before")  # nobody has changed it
            moving = update(values.table).where(*same).values({values.column.name: bindparam("after")})
            self._connection.execute(moving, changed)
        return Resealed(len(changed), rows[-1].row if len(rows) == limit else None)

    @override
    def count(self, place: SecretPlace) -> Mapping[str, int]:
        if place is SecretPlace.ONE_TIME_CODE:
            marked = select(leads.c.additional).join(one_time_codes, one_time_codes.c.lead_id == leads.c.id)
            return Counter(key_id_of(code_of(row)) for row in self._connection.scalars(marked))
        if place in HIDDEN_PLACES:
            return count_hidden(self._connection, place)
        column = _VALUES[place].column
        head = func.substr(column, 1, HEAD_LENGTH)
        counted = select(head, func.count()).where(column != "").group_by(head)
        found: Counter[str] = Counter()
        for begins, number in self._connection.execute(counted):
            found[key_id_of(begins)] += number
        return found

    def _sealed(self, stored: str, place: SecretPlace) -> str:
        return self._sealer.seal(self._sealer.unseal(stored, place=place), place=place)

    def _reseal_codes(self, *, after: UUID | str | None, limit: int) -> Resealed:
        """Encrypt the codes of OTPs, and note whose leads they are: earlier releases did not."""
        otp = case((leads.c.template_id.is_not(None), leads.c.additional), else_=null())
        asked = select(leads.c.id, leads.c.stage, otp.label("additional")).order_by(leads.c.id).limit(limit)
        if after is not None:
            asked = asked.where(leads.c.id > after)
        rows = self._connection.execute(asked).all()
        place, changed = SecretPlace.ONE_TIME_CODE, []
        for row in rows:
            code = code_of(row.additional or {})
            if code and key_id_of(code) != self.present_key():
                sealed = with_code(row.additional, self._sealed(code, place))
                changed.append({"found": row.id, "before": row.stage, "after": sealed})
        if changed:
            found = leads.c.id == bindparam("found"), leads.c.stage == bindparam("before", type_=leads.c.stage.type)
            sealing = update(leads).where(*found).values(additional=bindparam("after", type_=leads.c.additional.type))
            self._connection.execute(sealing, changed)
            marks = [{"lead_id": one["found"]} for one in changed]
            self._connection.execute(insert_or_ignore(self._connection, one_time_codes), marks)
        return Resealed(len(changed), rows[-1].id if len(rows) == limit else None)
