"""Threads for work that a task begins and that mostly sleeps, so that the task's worker is free for other tasks."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from worker.domain.errors import Unavailable

logger = logging.getLogger(__name__)


class Background:
    """Runs work in threads, which start when they are first needed. The process ends only when all work has ended."""

    def __init__(self, threads: int) -> None:
        """Run at most so much work at once; more waits."""
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="paced")

    def __call__(self, work: Callable[[], object]) -> None:
        """Begin the work soon. Its failure is logged: nobody waits for it, and the sweep repairs what it left."""
        self._threads.submit(_run, work)


def _run(work: Callable[[], object]) -> None:
    try:
        work()
    except Unavailable as error:
        extra = {"action": "background_put_off", "why": str(error)}
        logger.warning("background work stopped, a part is unreachable", extra=extra)
    except Exception:
        logger.exception("background work failed", extra={"action": "background_failed"})
