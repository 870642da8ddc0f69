"""A tenant's requests and imports at once: counted in Redis for all processes, and by each process without it."""

import logging
import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.resources import files
from threading import Lock
from typing import Final, TypeVar, cast

from redis import Redis
from typing_extensions import override

from worker.coordination import keys
from worker.coordination.connection import redis_errors_as_unavailable
from worker.domain.errors import Unavailable
from worker.domain.ids import TenantId
from worker.domain.request_rate import EMPTY, Asked, Bucket, RequestRate, ask
from worker.ports.records.request_limits import Release, RequestLimits, Traffic

logger = logging.getLogger(__name__)

MICROSECONDS: Final = 1_000_000
IMPORT_LAPSES_SECONDS: Final = 60  # ten times what a transaction of the API may take
ASKED_AGAIN_SECONDS: Final = 2.0
"""How long a process does without Redis after an error, so that few requests wait for one that does not answer."""
_RECEIPT_BYTES: Final = 9
_AnswerT = TypeVar("_AnswerT")


class RedisRequestLimits(RequestLimits):
    """Limits that all processes share. Every method raises ``Unavailable`` when Redis cannot be reached."""

    def __init__(self, redis: Redis) -> None:
        """Use this client. The scripts are loaded into Redis when they are first needed there."""
        self._redis = redis
        self._requests = redis.register_script(files(__package__).joinpath("requests.lua").read_text())
        self._imports = redis.register_script(files(__package__).joinpath("imports.lua").read_text())

    @override
    def ask(self, tenant_id: TenantId, traffic: Traffic, *, rate: RequestRate) -> Asked:
        if rate.admits_nobody:
            return ask(EMPTY, rate, at_seconds=0)[1]
        name = keys.requests(tenant_id, traffic)
        with redis_errors_as_unavailable():
            found = self._requests(keys=[name], args=[rate.per_second, rate.burst])
        wait, used = cast("list[int]", found)  # redis-py knows no script's result
        return Asked(wait / MICROSECONDS, used)

    @override
    def begin_import(self, tenant_id: TenantId, *, at_once: int) -> Release | None:
        name, receipt = keys.imports(tenant_id), secrets.token_hex(_RECEIPT_BYTES)
        with redis_errors_as_unavailable():
            taken = self._imports(keys=[name], args=[receipt, at_once, IMPORT_LAPSES_SECONDS * MICROSECONDS])
        return partial(self._release, name, receipt) if taken else None

    def _release(self, name: str, receipt: str) -> None:
        with suppress(Unavailable), redis_errors_as_unavailable():  # the place lapses
            self._redis.zrem(name, receipt)


class LocalRequestLimits(RequestLimits):
    """Limits of one process."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """``seconds`` is a clock that never goes back."""
        self._seconds = seconds
        self._buckets: dict[tuple[TenantId, Traffic], Bucket] = {}
        self._importing: Counter[TenantId] = Counter()
        self._lock = Lock()

    @override
    def ask(self, tenant_id: TenantId, traffic: Traffic, *, rate: RequestRate) -> Asked:
        of = (tenant_id, traffic)
        with self._lock:
            before = self._buckets.get(of, EMPTY)
            self._buckets[of], asked = ask(before, rate, at_seconds=self._seconds())
        return asked

    @override
    def begin_import(self, tenant_id: TenantId, *, at_once: int) -> Release | None:
        with self._lock:
            if self._importing[tenant_id] >= at_once:
                return None
            self._importing[tenant_id] += 1
        return partial(self._release, tenant_id)

    def _release(self, tenant_id: TenantId) -> None:
        with self._lock:
            self._importing[tenant_id] -= 1


class SharedOrLocal(RequestLimits):
    """The shared limits; while those are away, the limits of this process. It never raises ``Unavailable``."""

    def __init__(self, shared: RequestLimits, local: RequestLimits, *, seconds: Callable[[], float]) -> None:
        """``seconds`` is a clock that never goes back."""
        self.shared = shared
        self._local = local
        self._seconds = seconds
        self._asked_again_at = 0.0
        self._is_away = False

    @override
    def ask(self, tenant_id: TenantId, traffic: Traffic, *, rate: RequestRate) -> Asked:
        if self._may_ask():
            with suppress(Unavailable):
                return self._found(self.shared.ask(tenant_id, traffic, rate=rate))
            self._note_away()
        return self._local.ask(tenant_id, traffic, rate=rate)

    @override
    def begin_import(self, tenant_id: TenantId, *, at_once: int) -> Release | None:
        if self._may_ask():
            with suppress(Unavailable):
                return self._found(self.shared.begin_import(tenant_id, at_once=at_once))
            self._note_away()
        return self._local.begin_import(tenant_id, at_once=at_once)

    def _may_ask(self) -> bool:
        """Return True unless Redis has just failed; then one request at a time tries it again."""
        now = self._seconds()
        if now < self._asked_again_at:
            return False
        if self._is_away:
            self._asked_again_at = now + ASKED_AGAIN_SECONDS
        return True

    def _found(self, answer: _AnswerT) -> _AnswerT:
        self._is_away = False
        self._asked_again_at = 0.0
        return answer

    def _note_away(self) -> None:
        self._asked_again_at = self._seconds() + ASKED_AGAIN_SECONDS
        if not self._is_away:
            self._is_away = True
            extra = {"action": "request_limits_local"}
            logger.warning("Redis is away, this process limits requests by itself", extra=extra)
