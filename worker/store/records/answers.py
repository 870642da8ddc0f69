"""Answers to requests with a client's key, in SQL."""

from pendulum import DateTime
from sqlalchemy import Connection, delete, select, tuple_
from typing_extensions import override

from worker.domain.secret_place import SecretPlace
from worker.ports.records.answers import Answers, KeptAnswer, KeyedRequest
from worker.store.base.answer_tables import request_answers
from worker.store.base.dialect import insert_or_replace, try_lock_by_name
from worker.store.base.sealing import Sealer

_KEY = (request_answers.c.tenant_id, request_answers.c.key)
_CHANGED = ("fingerprint", "status", "body", "created_at")


class SqlAnswers(Answers):
    """Answers in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection
        self._sealer = Sealer(connection)

    @override
    def find(self, request: KeyedRequest, *, after: DateTime) -> KeptAnswer | None:
        found = select(request_answers.c.fingerprint, request_answers.c.status, request_answers.c.body).where(
            request_answers.c.tenant_id == request.tenant_id,
            request_answers.c.key == request.key,
            request_answers.c.created_at > after,
        )
        row = self._connection.execute(found).one_or_none()
        if row is None:
            return None
        body = self._sealer.unseal(row.body, place=SecretPlace.KEPT_ANSWER)
        return KeptAnswer(row.fingerprint, row.status, body)

    @override
    def lock(self, request: KeyedRequest) -> bool:
        return try_lock_by_name(self._connection, f"answer {request.tenant_id} {request.key}")

    @override
    def keep(self, request: KeyedRequest, answer: KeptAnswer, *, now: DateTime) -> None:
        keeping = insert_or_replace(
            self._connection,
            request_answers,
            same=("tenant_id", "key"),
            new=lambda row: {name: row[name] for name in _CHANGED},
        )
        values = {
            "tenant_id": request.tenant_id,
            "key": request.key,
            "fingerprint": answer.fingerprint,
            "status": answer.status,
            "body": self._sealer.seal(answer.body, place=SecretPlace.KEPT_ANSWER),
            "created_at": now,
        }
        self._connection.execute(keeping, values)

    @override
    def drop_old(self, *, before: DateTime, limit: int) -> int:
        old = select(*_KEY).where(request_answers.c.created_at <= before).limit(limit)
        return self._connection.execute(delete(request_answers).where(tuple_(*_KEY).in_(old))).rowcount
