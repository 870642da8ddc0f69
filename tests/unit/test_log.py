"""Log lines are JSON objects: a fixed text, and whatever stands beside it."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from uuid import UUID

import pytest

from worker import log

CALL = UUID("0197a5f0-0000-7000-8000-000000000001")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Log into memory, and leave logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers = handlers
    root.setLevel(level)


def test_a_line_carries_its_fields(stream: io.StringIO) -> None:
    log.configure("INFO", stream=stream)

    logging.getLogger("worker.test").info("call finished", extra={"action": "call_finished", "call_id": CALL})

    line = json.loads(stream.getvalue())
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "worker.test",
        "message": "call finished",
        "action": "call_finished",
        "call_id": str(CALL),
    }


def test_an_exception_stays_on_its_line(stream: io.StringIO) -> None:
    log.configure("INFO", stream=stream)

    try:
        raise ValueError("odd")  # noqa: TRY301 - to have one to log
    except ValueError:
        logging.getLogger("worker.test").exception("bug", extra={"action": "bug"})

    (line,) = stream.getvalue().splitlines()
    assert "ValueError: odd" in json.loads(line)["exception"]


def test_what_is_below_the_level_is_left_out(stream: io.StringIO) -> None:
    log.configure("WARNING", stream=stream)

    logging.getLogger("somebody.else").info("chatter")

    assert stream.getvalue() == ""


def test_loggers_that_tell_every_task_are_quiet_unless_asked(stream: io.StringIO) -> None:
    log.configure("INFO", stream=stream)
    logging.getLogger("celery.app.trace").info("succeeded")
    log.configure("DEBUG", stream=stream)
    logging.getLogger("celery.app.trace").info("succeeded")

    assert len(stream.getvalue().splitlines()) == 1


def test_warnings_are_lines_too(stream: io.StringIO) -> None:
    log.configure("INFO", stream=stream)

    with warnings.catch_warnings(action="always"):
        warnings.warn("old", stacklevel=1)

    assert "UserWarning: old" in json.loads(stream.getvalue())["message"]
