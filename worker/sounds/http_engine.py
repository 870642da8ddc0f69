"""An engine behind HTTP: what is sent and where the sound is in the answer comes from the operator's file."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import quote, urljoin
from xml.sax.saxutils import escape

import httpx
from typing_extensions import override

from worker.domain.errors import Rejected, Unavailable
from worker.domain.json_value import Json
from worker.domain.speech.voice import Voice
from worker.sounds.engine import Engine

MOST_BYTES: Final = 20_000_000
_PAUSE_SECONDS: Final = 0.5
"""Before a text is sent again; the next pause is twice as long."""
_REFUSES_ALL: Final = frozenset({401, 402, 403, 404, 405, 429})
"""These are about the account or the address: other texts would fare no better."""
_LATER: Final = 500
_PLACE: Final = re.compile(r"\{(text|voice|speed|language)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpEngineSettings:
    """One engine of the operator's file; ``{text}``, ``{voice}``, ``{speed}`` and ``{language}`` are filled in."""

    url: str
    method: Literal["GET", "POST"] = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    """An object is sent as JSON; a string as it is, with the values escaped for XML if it begins with ``<``."""
    answer: str = ""
    """Where the sound is: empty for the body itself, ``base64:FIELD`` or ``url:FIELD`` in JSON, as ``url:data.url``."""
    timeout_seconds: float = 20
    retries: int = 2
    concurrency: int = 4
    per_minute: int | None = None


class HttpEngine(Engine):
    """An engine behind HTTP. What it is sent appears in no log."""

    def __init__(
        self, name: str, settings: HttpEngineSettings, *, client: httpx.Client, wait: Callable[[float], None]
    ) -> None:
        """Send by this client; ``wait`` sleeps so many seconds."""
        self.name = name
        self.concurrency = settings.concurrency
        self.per_minute = settings.per_minute
        self._settings = settings
        self._client = client
        self._wait = wait

    @override
    def form(self, voice: str) -> str:
        return ""

    @override
    def speak(self, text: str, *, voice: str, spoken_as: Voice) -> bytes:
        values = {"text": text, "voice": voice, "speed": f"{spoken_as.speed:g}", "language": spoken_as.language.value}
        for attempt in range(self._settings.retries):
            try:
                return self._ask(values)
            except Unavailable:
                self._wait(_PAUSE_SECONDS * 2**attempt)
        return self._ask(values)

    def _ask(self, values: Mapping[str, str]) -> bytes:
        settings = self._settings
        answer = self._send(
            settings.method,
            _filled(settings.url, {name: quote(value, safe="") for name, value in values.items()}),
            headers={name: _filled(value, values) for name, value in settings.headers.items()},
            **_content(settings.body, values),
        )
        kind, _, place = settings.answer.partition(":")
        match kind:
            case "base64":
                return self._decoded(self._text_at(answer, place))
            case "url":
                found = urljoin(str(answer.url), self._text_at(answer, place))
                return self._send("GET", found).content
            case _:
                return answer.content

    def _send(self, method: str, url: str, **options: Any) -> httpx.Response:  # Any: the client's options
        try:
            answer = self._client.request(method, url, timeout=self._settings.timeout_seconds, **options)
        except httpx.HTTPError as error:
            raise Unavailable(f"{self.name} cannot be reached: {type(error).__name__}") from error
        if answer.status_code >= _LATER or answer.status_code in _REFUSES_ALL:
            raise Unavailable(f"{self.name} answered {answer.status_code}: {_words(answer)}")
        if not answer.is_success:
            raise Rejected(f"{self.name} answered {answer.status_code}: {_words(answer)}")
        if len(answer.content) > MOST_BYTES:
            raise Rejected(f"{self.name} answered with more than {MOST_BYTES} bytes")
        return answer

    def _text_at(self, answer: httpx.Response, place: str) -> str:
        try:
            found: Any = answer.json()  # Any: whatever the engine answers
        except ValueError as error:
            raise Unavailable(f"{self.name} answered with no JSON: {_words(answer)}") from error
        for key in place.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        if not isinstance(found, str) or not found:
            raise Unavailable(f"{self.name} answered without {place}: {_words(answer)}")
        return found

    def _decoded(self, text: str) -> bytes:
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise Unavailable(f"{self.name} answered with no base64") from error


def _content(body: Json, values: Mapping[str, str]) -> dict[str, Any]:  # Any: the client's options
    if body is None:
        return {}
    if isinstance(body, str):
        is_xml = body.lstrip().startswith("<")
        return {"content": _filled(body, {n: escape(v) for n, v in values.items()} if is_xml else values).encode()}
    return {"json": _filled_json(body, values)}


def _filled_json(body: Json, values: Mapping[str, str]) -> Json:
    match body:
        case "{speed}":
            return float(values["speed"])
        case str():
            return _filled(body, values)
        case dict():
            return {key: _filled_json(value, values) for key, value in body.items()}
        case list():
            return [_filled_json(value, values) for value in body]
        case _:
            return body


def _filled(pattern: str, values: Mapping[str, str]) -> str:
    """Return the pattern with its values, each replaced once, so that a value's own braces stay as they are."""
    return _PLACE.sub(lambda found: values[found[1]], pattern)


def _words(answer: httpx.Response) -> str:
    return " ".join(answer.text[:200].split())
