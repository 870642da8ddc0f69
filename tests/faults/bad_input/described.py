"""Requests that break the API's own description, or follow it: made by schemathesis, the same for the same seed."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from tests.faults.bad_input.request import Headers, Request

AnyCase: TypeAlias = Case[Any]  # Any: its operation's own type
ANYWHERE = "http://127.0.0.1"
SENT = ("method", "url", "headers", "params", "data", "json", "cookies")


def requests_by(
    description: dict[str, Any],
    *,
    known: Mapping[str, str],
    token: Headers,
    seed: int,
    each: int,
    mode: GenerationMode = GenerationMode.NEGATIVE,
) -> Iterator[Request]:
    """Return so many cases for each operation, each twice: as it was made, and for things that there are.

    Without another mode they break the description.
    """
    schema = schemathesis.openapi.from_dict(description)
    for operation in (result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)):
        if not _takes_anything(operation) or (mode is GenerationMode.POSITIVE and not _needs_token(operation)):
            continue  # ten log-ins with made-up keys, and the address is shut out
        for case in _cases(operation, seed=seed, each=each, mode=mode):
            yield _request(case, token=token)
            if case.path_parameters and case.method != "DELETE":
                case.path_parameters = {name: known[name] for name in case.path_parameters}
                yield _request(case, token=token)


def _takes_anything(operation: Any) -> bool:  # Any: schemathesis' own
    """Whether there is anything about it that could be wrong."""
    definition = operation.definition.raw
    return bool(definition.get("parameters") or definition.get("requestBody") or definition.get("security"))


def _needs_token(operation: Any) -> bool:  # Any: see above
    return bool(operation.definition.raw.get("security"))


def _cases(operation: Any, *, seed: int, each: int, mode: GenerationMode) -> list[AnyCase]:  # Any: see above
    made: list[AnyCase] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=each,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: AnyCase) -> None:
        made.append(case)

    collect()
    return made


def _request(case: AnyCase, *, token: Headers) -> Request:
    """Give a case in bytes, with a right token: without one nothing else would be looked at."""
    described = case.as_transport_kwargs(base_url=ANYWHERE)
    prepared = requests.Request(**{name: described[name] for name in SENT if name in described}).prepare()
    path, _, query = prepared.path_url.partition("?")
    headers = [(name.encode("latin-1"), _bytes(value)) for name, value in prepared.headers.items()]
    return Request(
        method=str(prepared.method),
        path=path.encode(),
        query=query.encode(),
        headers=[(name, value) for name, value in headers if name.lower() != b"authorization"] + list(token),
        parts=[_bytes(prepared.body) if isinstance(prepared.body, str | bytes) else b""],
    )


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", errors="surrogatepass")
