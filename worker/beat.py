"""The beat process: requests the recurring tasks. Of several beats one is the leader and the others are standby."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from celery.beat import Scheduler
from typing_extensions import override

from worker.domain.leadership import BEAT, LeaderLease
from worker.usecases.dispatch.hold_leadership import Leadership
from worker.wiring import services, stopping

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Timetable:
    """When recurring tasks are due, by a monotonic clock: setting the machine's clock back must not stop them."""

    every_seconds: dict[str, float]
    _due_at: dict[str, float] = field(default_factory=dict)

    def due(self, *, at: float) -> Iterator[str]:
        """Yield the tasks that are due; a task that was due several times is yielded once."""
        for task, seconds in self.every_seconds.items():
            due_at = self._due_at.get(task, at)
            if due_at <= at:
                self._due_at[task] = due_at + seconds if due_at + seconds > at else at + seconds
                yield task

    def wait_seconds(self, *, at: float) -> float:
        """Return the seconds until the next task is due."""
        return max(0.0, min(self._due_at.values(), default=at) - at)


class LeaderScheduler(Scheduler):
    """The scheduler that Celery calls again and again; it sends the due tasks while this process is the leader."""

    _timetable: Timetable
    _leadership: Leadership

    def __init__(self, *args: Any, steady: Callable[[], float] = time.monotonic, **options: Any) -> None:
        # Any: Celery's own arguments, passed on
        """Start as standby."""
        super().__init__(*args, **options)
        self._services, self._stop, self._is_busy = services(), stopping(), False
        self._steady = steady
        self._since = self._services.clock.now()
        self._leadership = Leadership(self._services.store, LeaderLease(BEAT, self._services.new_id()))
        recurring = self.app.conf.beat_schedule.values()
        self._timetable = Timetable({entry["task"]: float(entry["schedule"]) for entry in recurring})

    @override
    def tick(self, *_: Any, **__: Any) -> float:  # Any: see above
        self._is_busy = True
        try:
            at, now = self._steady(), self._services.clock.now()
            is_held = self._leadership.hold(since=self._since, now=now)
            for task in self._timetable.due(at=at):
                if is_held and not self._stop.is_requested:
                    self._services.queue.ask_for(task)
            return self._timetable.wait_seconds(at=self._steady())
        finally:
            self._is_busy = False

    @override
    def close(self) -> None:
        """Release the lease; Celery calls this in its signal handler and again when the scheduler has ended.

        In the handler a tick may be inside its transaction, which would hold the row against this one.
        """
        if self._is_busy:
            return
        self._leadership.release()
        super().close()
