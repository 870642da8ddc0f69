"""Requests that make no sense, made of right ones: each thing that can be wrong with each, then several at once."""

import json
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from tests.faults.bad_input import strange
from tests.faults.bad_input.request import Headers, Request
from tests.faults.bad_input.right import RIGHT, Right

NOWHERE = b"/ /v3 //v3/campaign /v3/campaign/ /v3/%63ampaign/x /v3/../v3/tenant /%00 /\xff".split()


def nonsense(*, known: Mapping[str, str], token: Headers, seed: int, mixed: int) -> Iterator[Request]:
    """Give one request for each thing that can be wrong, and so many in which chance chose several."""
    for right in RIGHT:
        yield from _wrong_paths(right, known=known, token=token)
        filled = right.filled(known)
        yield from _wrong_doors(filled, token=token)
        yield from _wrong_queries(filled, token=token)
        if filled.body is not None:
            yield from _wrong_bodies(filled, filled.body, token=token)
    yield from (Request(method="GET", path=path, headers=token) for path in NOWHERE)
    yield from _large(known=known, token=token)
    yield from _mixed(known=known, token=token, chance=Random(seed), count=mixed)


def _wrong_paths(right: Right, *, known: Mapping[str, str], token: Headers) -> Iterator[Request]:
    before, brace, rest = right.path.partition("{")
    if brace:
        after = rest.partition("}")[2].encode()
        body = () if right.body is None else (_json(right.filled(known).body),)
        for text in strange.TEXTS:
            path = before.encode() + text + after
            yield Request(method=right.method, path=path, headers=token, parts=body)


def _wrong_doors(right: Right, *, token: Headers) -> Iterator[Request]:
    """Give wrong methods, wrong tokens, and headers that lie about a body."""
    path = right.path.encode()
    body = () if right.body is None else (_json(right.body),)
    yield from (Request(method=method, path=path, headers=token, parts=body) for method in strange.METHODS)
    yield from (Request(method=right.method, path=path, headers=headers, parts=body) for headers in strange.HEADERS)
    if body:
        for named in strange.NAMED:
            yield Request(method=right.method, path=path, headers=[*token, *named], parts=(b'{"a": ', b"\xff}"))


def _wrong_queries(right: Right, *, token: Headers) -> Iterator[Request]:
    for name in (*right.query, "no-such-key") if right.method == "GET" else ():
        for text in strange.TEXTS:
            query = name.encode() + b"=" + text.replace(b" ", b"+")
            yield Request(method="GET", path=right.path.encode(), query=query, headers=token)
            yield Request(method="GET", path=right.path.encode(), query=query + b"&" + query, headers=token)


def _wrong_bodies(right: Right, body: Mapping[str, Any], *, token: Headers) -> Iterator[Request]:
    def sent(*parts: bytes) -> Request:
        return Request(method=right.method, path=right.path.encode(), headers=token, parts=parts)

    whole = _json(body)
    yield from (sent(text) for text in strange.BODIES)
    yield sent(whole[:-1])
    yield sent(whole, whole)
    yield sent(b"\xef\xbb\xbf", whole)
    for name in body:
        yield sent(_json({other: value for other, value in body.items() if other != name}))
        for value in strange.VALUES:
            yield sent(_json({**body, name: value}))
            yield from (sent(_json({**body, name: inside})) for inside in _inside(body[name], value))
    for name in list(body)[:3]:
        yield sent(whole[:-1] + f', "{name}": []}}'.encode())  # the same key twice


def _inside(right: Any, wrong: Any) -> Iterator[Any]:  # Any: whatever JSON holds
    """Put a wrong value into what a field holds: into a list, beside what is right, and into each of its objects."""
    match right:
        case [first, *_]:
            yield [first, wrong]
            yield from ([inner] for inner in _inside(first, wrong))
        case dict():
            yield from ({**right, name: wrong} for name in right)
        case _:
            pass


def _large(*, known: Mapping[str, str], token: Headers) -> Iterator[Request]:
    right = [one.filled(known) for one in RIGHT if one.body is not None][::5]
    for number, body in enumerate(strange.LARGE):
        one = right[number % len(right)]
        yield Request(method=one.method, path=one.path.encode(), headers=token, parts=(body[:1000], body[1000:]))


def _mixed(*, known: Mapping[str, str], token: Headers, chance: Random, count: int) -> Iterator[Request]:
    """Spoil bytes of right bodies: one is turned over, a piece is lost, or a piece comes twice."""
    rights = [one.filled(known) for one in RIGHT if one.body is not None]
    for _ in range(count):
        right = chance.choice(rights)
        text = bytearray(_json(right.body))
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(len(text))
            end = start + chance.randint(1, 8)
            piece = bytes(text[start:end])
            text[start:end] = chance.choice((b"", piece * 2, chance.randbytes(len(piece)), piece[::-1]))
            text = text or bytearray(b"{")
        cut = chance.randrange(len(text))
        parts = (bytes(text[:cut]), bytes(text[cut:]))
        yield Request(method=right.method, path=right.path.encode(), headers=token, parts=parts)


def _json(value: Any) -> bytes:  # Any: whatever JSON holds
    return json.dumps(value).encode()
