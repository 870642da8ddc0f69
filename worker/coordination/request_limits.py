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
from worker.ports.records.request_limits import Place, Release, RequestLimits, Traffic

logger = logging.getLogger(__name__)

MICROSECONDS: Final = 1_000_000
PLACE_LAPSES_SECONDS: Final = 60  # ten times what a transaction of the API may take
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
        self._places = redis.register_script(files(__package__).joinpath("imports.lua").read_text())

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
        return partial(self.release, name, receipt) if self.take(name, receipt, at_once=at_once) else None

    @override
    def begin_export(self, tenant_id: TenantId, *, at_once: int) -> Place | None:
        name, receipt = keys.exports(tenant_id), secrets.token_hex(_RECEIPT_BYTES)
        return _SharedPlace(self, name, receipt) if self.take(name, receipt, at_once=at_once) else None

    def take(self, name: str, receipt: str, *, at_once: int) -> bool:
        """Take a place, or keep the one that the receipt has."""
        with redis_errors_as_unavailable():
            return bool(self._places(keys=[name], args=[receipt, at_once, PLACE_LAPSES_SECONDS * MICROSECONDS]))

    def release(self, name: str, receipt: str) -> None:
        """Return a place, if Redis is there; otherwise it lapses."""
        with suppress(Unavailable), redis_errors_as_unavailable():
            self._redis.zrem(name, receipt)


class _SharedPlace(Place):
    """A place that all processes know of."""

    def __init__(self, limits: RedisRequestLimits, name: str, receipt: str) -> None:
        self._limits = limits
        self._name = name
        self._receipt = receipt

    @override
    def renew(self) -> None:
        with suppress(Unavailable):
            self._limits.take(self._name, self._receipt, at_once=0)

    @override
    def release(self) -> None:
        self._limits.release(self._name, self._receipt)


class LocalRequestLimits(RequestLimits):
    """Limits of one process."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """``seconds`` is a clock that never goes back."""
        self._seconds = seconds
        self._buckets: dict[tuple[TenantId, Traffic], Bucket] = {}
        self._taken: Counter[tuple[TenantId, str]] = Counter()
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
        of = (tenant_id, "imports")
        return partial(self.release, of) if self._take(of, at_once=at_once) else None

    @override
    def begin_export(self, tenant_id: TenantId, *, at_once: int) -> Place | None:
        of = (tenant_id, "exports")
        return _LocalPlace(self, of) if self._take(of, at_once=at_once) else None

    def _take(self, of: tuple[TenantId, str], *, at_once: int) -> bool:
        with self._lock:
            if self._taken[of] >= at_once:
                return False
            self._taken[of] += 1
        return True

    def release(self, of: tuple[TenantId, str]) -> None:
        """Return a place."""
        with self._lock:
            self._taken[of] -= 1


class _LocalPlace(Place):
    """A place of one process, which does not lapse."""

    def __init__(self, limits: LocalRequestLimits, of: tuple[TenantId, str]) -> None:
        self._limits = limits
        self._of = of

    @override
    def renew(self) -> None:
        pass

    @override
    def release(self) -> None:
        self._limits.release(self._of)


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

    @override
    def begin_export(self, tenant_id: TenantId, *, at_once: int) -> Place | None:
        if self._may_ask():
            with suppress(Unavailable):
                return self._found(self.shared.begin_export(tenant_id, at_once=at_once))
            self._note_away()
        return self._local.begin_export(tenant_id, at_once=at_once)

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
