"""How the API has to treat requests that make no sense, and a count of how it did."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import unquote

from fastapi import FastAPI

from tests.builders.description import Description
from tests.faults.bad_input.request import Answer, Request, answer_of

TRACES = re.compile(rb'traceback \(most recent|file \\?"[^"]*", line \d', re.IGNORECASE)
PAGES = re.compile(rb"<html|<!doctype", re.IGNORECASE)
MALFORMED = frozenset({400, 401, 404, 405, 413})
"""A conflict (409) is none: such a request makes sense, at another time."""
FAILED_LOGIN = 401
"""The only refusal that writes something: failed log-ins are counted."""


@dataclass
class Visit:
    """What came of many requests."""

    accepted: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    @property
    def malformed(self) -> int:
        """How many requests made no sense."""
        return sum(count for status, count in self.refused.items() if status in MALFORMED)


def visit(
    app: FastAPI,
    requests: Iterable[Request],
    *,
    state: Callable[[], Hashable],
    description: Description | None = None,
) -> Visit:
    """Send the requests one by one; look after each whether it was told properly, and changed nothing if refused.

    With a description, each answer has to agree with it.
    """
    return asyncio.run(_visit(app, requests, state=state, description=description))


async def _visit(
    app: FastAPI, requests: Iterable[Request], *, state: Callable[[], Hashable], description: Description | None
) -> Visit:
    done = Visit()
    before = state()
    for request in requests:
        answer = await answer_of(app, request)
        after = state()
        if answer.status < 300:
            done.accepted += 1
        else:
            done.refused[answer.status] += 1
        wrong = ", ".join(bad_manners(answer, has_changed=after != before, has_copy=_has_copy(request)))
        if description is not None:
            wrong = wrong or _differs(description, request, answer)
        if wrong:
            done.broken.append(f"{wrong}: {request} -> {answer.status} {answer.body[:200]!r}")
        before = after
    return done


def _differs(description: Description, request: Request, answer: Answer) -> str:
    return description.problem(
        request.method,
        unquote(request.path.decode("latin-1")),
        status=answer.status,
        content_type=answer.headers.get("content-type", ""),
        body=answer.body,
    )


def _has_copy(request: Request) -> bool:
    return request.method == "GET" and any(name.lower() == b"if-none-match" for name, _ in request.headers)


def bad_manners(answer: Answer, *, has_changed: bool, has_copy: bool = False) -> Iterator[str]:
    """Return what is wrong with an answer; a request that was accepted may change things.

    ``has_copy`` is for a read whose client says that it has a copy.
    """
    if answer.status >= 500:
        yield "a fault of ours"
    elif answer.status >= 400:
        if not is_refusal(answer):
            yield "neither of the two shapes"
        if has_changed and answer.status != FAILED_LOGIN:
            yield "refused, and yet something changed"
    elif answer.status >= 300 and not (has_copy and answer.status == HTTPStatus.NOT_MODIFIED):
        yield "sent elsewhere"
    if TRACES.search(answer.body) or (PAGES.search(answer.body) and not _is_report(answer)):
        yield "a traceback or HTML"


def _is_report(answer: Answer) -> bool:
    """Return True for a page that was asked for: whether its endpoint has pages at all is in the description."""
    return answer.status == HTTPStatus.OK and answer.headers.get("content-type", "").startswith("text/html")


def is_refusal(answer: Answer) -> bool:
    """Return whether it is a refusal in one of the wire's two shapes: a sentence, or objects of one field each.

    The older customers have the refusal as their content, beside its code.
    """
    if answer.headers.get("content-type") != "application/json":
        return False
    try:
        body = json.loads(answer.body)
    except ValueError:
        return False
    match body:
        case {"code": answer.status, "content": content, "error": str(), **rest} if not rest:
            body = {"error": content}
    match body:
        case {"error": str(sentence), **rest}:
            return bool(sentence) and not rest
        case {"error": [*rules], **rest}:
            return bool(rules) and not rest and all(_is_rule(rule) for rule in rules)
        case _:
            return False


def _is_rule(rule: object) -> bool:
    return isinstance(rule, dict) and len(rule) == 1 and all(isinstance(text, str) for text in rule.values())
