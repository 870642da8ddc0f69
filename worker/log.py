"""Log lines as JSON on stderr: a fixed text, an ``action`` and plain fields, for our loggers and all others."""

import logging
import sys
from typing import Final, TextIO

import orjson
import pendulum
from typing_extensions import override

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}
"""What every record carries by itself; whatever else stands in it was given as ``extra``."""

_TALKATIVE: Final = ("celery.app.trace", "celery.beat", "celery.worker.strategy", "httpx", "tornado.access")
"""Loggers that write a line for each task, tick or request: the use cases' own lines say more with less."""


class JsonLines(logging.Formatter):
    """One JSON object a record."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": pendulum.from_timestamp(record.created).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def configure(level: str, *, stream: TextIO | None = None) -> None:
    """Send everything that is logged in this process to one stream, as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)
