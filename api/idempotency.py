"""Requests that a client may send twice, with a key of its own in the header ``Idempotency-Key``.

After draft-ietf-httpapi-idempotency-key-header-07: 409 while the first request runs, 422 for another request.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlencode

import orjson
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.deps import ApiServices, services_of
from worker.domain.errors import Invalid
from worker.domain.ids import TenantId
from worker.domain.repeated_request import HEADER, parse_key
from worker.ports.records.answers import KeptAnswer, KeyedRequest
from worker.usecases.records.answer_once import AnsweredBefore, claim_key, find_answer, keep_answer

REPEATED: Final = "Idempotent-Replayed"
"""The header of an answer that was given before."""
_FIRST_ERROR: Final = 300


def key_of(request: Request) -> str:
    """Return the request's key; empty when it has none. Raises ``Invalid``."""
    given = request.headers.getlist(HEADER)
    if len(given) > 1:
        raise Invalid(f"{HEADER} is given twice")
    return parse_key(given[0]) if given else ""


async def answer_once(
    request: Request, answer: Callable[[], Awaitable[Response]], *, key: str, tenant_id: TenantId, body: bytes
) -> Response:
    """Return the kept answer of the key, or else do what was asked and keep its answer in the same transaction.

    A refusal is not kept: it changed nothing, so the same key may come again with a corrected request.
    """
    services = services_of(request)
    asked = await run_in_threadpool(_asked, request, key=key, tenant_id=tenant_id, body=body)
    earlier = await run_in_threadpool(find_answer, services.store, request=asked, now=services.clock.now())
    if earlier is not None:
        return _again(earlier)
    try:
        return await _answered(request, answer, asked=asked, services=services)
    except AnsweredBefore as before:
        return _again(before.answer)


async def _answered(
    request: Request, answer: Callable[[], Awaitable[Response]], *, asked: KeyedRequest, services: ApiServices
) -> Response:
    joined, request.state.services = services.joined(claim_key(request=asked, now=services.clock.now()))
    try:
        response = await answer()
        if response.status_code < _FIRST_ERROR:
            body = bytes(response.body).decode()
            keeping = keep_answer(asked, status=response.status_code, body=body, now=services.clock.now())
            await run_in_threadpool(joined.finish, keeping)
    finally:
        await run_in_threadpool(joined.give_up)
    return response


def _asked(request: Request, *, key: str, tenant_id: TenantId, body: bytes) -> KeyedRequest:
    """Return the hashes of the key and of the request; only who knows the key can tell what was asked."""
    query = urlencode(sorted(request.query_params.multi_items()))
    asked = b"\n".join((request.method.encode(), request.url.path.encode(), query.encode(), _canonical(body)))
    return KeyedRequest(
        tenant_id,
        key=hashlib.sha256(key.encode()).hexdigest(),
        fingerprint=hmac.new(key.encode(), asked, hashlib.sha256).hexdigest(),
    )


def _canonical(body: bytes) -> bytes:
    """Return the same bytes for the same JSON, whatever the order of its keys; other bodies as they are."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return body


def _again(answer: KeptAnswer) -> Response:
    return Response(answer.body, answer.status, headers={REPEATED: "true"}, media_type="application/json")
