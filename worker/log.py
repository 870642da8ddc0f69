"""Writes log lines as JSON to stderr: a fixed text, an ``action`` and fields, for our loggers and all others."""

import logging
import sys
from contextvars import ContextVar
from typing import Final, TextIO

import orjson
import pendulum
from typing_extensions import override

REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
"""The id of the request that this process is answering; each log line of it has it."""
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}
"""The attributes that every record has; all others were passed as ``extra``."""

_VERBOSE: Final = ("celery.app.trace", "celery.beat", "celery.worker.strategy", "httpx", "tornado.access")
"""Loggers that write a line for each task, tick or request; the use cases' own lines are fewer and more useful."""


class JsonLines(logging.Formatter):
    """Formats each record as one JSON object."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": pendulum.from_timestamp(record.created).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if REQUEST_ID.get():
            line["request_id"] = REQUEST_ID.get()
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def configure(level: str, *, stream: TextIO | None = None) -> None:
    """Send all log records of this process to one stream (default stderr), as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name in _VERBOSE:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)
