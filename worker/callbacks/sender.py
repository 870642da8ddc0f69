"""One signed POST to a permitted address, limited in time and size. Every failure becomes an ``Answer``."""

import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import httpcore
import httpx
from pendulum import DateTime
from typing_extensions import override

from worker.callbacks.address import AddressRange, Refused, Resolve
from worker.callbacks.answer import no_answer, read_answer, read_status
from worker.callbacks.connection import GuardedBackend, NotReached, deadline, recording, resolve_host
from worker.callbacks.signature import signed_headers
from worker.callbacks.target import ANY_PORT, Ports, Target, read_target
from worker.domain.retry import Answer, is_delivered
from worker.ports.callbacks.deliveries import CallbackSender
from worker.ports.dispatch.outbox import Delivery
from worker.ports.dispatch.traces import TRACEPARENT, TRACES

MOST_CONNECTIONS: Final = 600
"""Enough for 18 hosts that stop answering at the same time with 32 parallel requests each (576)."""
KEPT_SECONDS: Final = 3.0
"""How long an idle connection is kept; common servers close theirs after 5 s."""
MOST_BYTES: Final = 4096
"""Of a response's body. A short body is read so that the connection can be reused; a longer one is not worth it."""
READING_SECONDS: Final = 1.0
"""For reading a response's body."""
KEY_HEADER: Final = "X-Api-Key"
"""The header with a subscription's key, which the receiver chose."""

_FIXED_HEADERS: Final = (("Content-Type", "application/json"), ("User-Agent", "Callbeat"))
_FAILURES: Final = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


class HttpSender(CallbackSender):
    """Posts callbacks; a process has one, which all its threads use.

    It uses httpcore and not ``httpx.Client``. That would store the receivers' cookies, log complete URLs, and share one
    TLS connection between host names when it is given the address to which a name was resolved.
    """

    def __init__(
        self,
        *,
        allow: Sequence[AddressRange] = (),
        ports: Ports = ANY_PORT,
        timeout_seconds: float = 10.0,
        resolve: Resolve = resolve_host,
        trust: ssl.SSLContext | None = None,
        https_only: bool = False,
    ) -> None:
        """Permit public addresses and the ranges in ``allow``; trust the usual authorities, or those in ``trust``."""
        self._ports = ports
        self._https_only = https_only
        self._timeout_seconds = timeout_seconds
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust or httpx.create_ssl_context(trust_env=False),
            max_connections=MOST_CONNECTIONS,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=GuardedBackend(allow=allow, resolve=resolve),
        )

    @override
    def send(self, delivery: Delivery, *, secrets: Sequence[str], apikey: str, now: DateTime) -> Answer:
        target = read_target(delivery.url, ports=self._ports)
        if isinstance(target, Refused):
            return Answer(None, f"refused: {target.reason}", host_is_there=True)
        if self._https_only and target.url.scheme != b"https":
            return Answer(None, "refused: callbacks go to https only", host_is_there=True)
        signature = signed_headers(delivery.body, delivery_id=delivery.id, secrets=secrets, now=now)
        headers = [*target.headers, *_FIXED_HEADERS, *signature.items(), *_key_headers(apikey), *_trace_headers()]
        with recording() as received:
            try:
                with deadline(self._timeout_seconds):
                    return self._post(target, headers=headers, body=delivery.body.encode(), now=now)
            except NotReached as error:
                return Answer(None, str(error))
            except _FAILURES as error:
                status = read_status(bytes(received))
                return no_answer(error) if status is None else read_answer(status, (), now=now)

    def _post(self, target: Target, *, headers: list[tuple[str, str]], body: bytes, now: DateTime) -> Answer:
        wait = {"timeout": {"pool": self._timeout_seconds}}
        with self._pool.stream("POST", target.url, headers=headers, content=body, extensions=wait) as response:
            answer = read_answer(response.status, response.headers, now=now)
            if is_delivered(answer.status):  # otherwise the connection is closed with the rest of the response unread
                _finish_reading(response)
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()


def _key_headers(apikey: str) -> list[tuple[str, str]]:
    return [(KEY_HEADER, apikey)] if apikey else []


def _trace_headers() -> list[tuple[str, str]]:
    current = TRACES.current()
    return [] if current is None else [(TRACEPARENT, current)]


def _finish_reading(response: httpcore.Response) -> None:
    """Read a short body to its end. A failure here does not change the answer."""
    size = 0
    with suppress(*_FAILURES), deadline(READING_SECONDS):
        for chunk in response.iter_stream():
            size += len(chunk)
            if size > MOST_BYTES:
                return
