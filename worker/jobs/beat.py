"""Beat's scheduler: in memory, as there is nothing to remember, and calm while the broker is away."""

import logging
from typing import Any

from celery.beat import ScheduleEntry, Scheduler, SchedulingError
from typing_extensions import override

logger = logging.getLogger(__name__)


class PatientScheduler(Scheduler):
    """Sends what is due; what could not be sent is one line, and is due again a moment later."""

    @override
    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:  # Any: kombu's producer, handed through
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except SchedulingError as error:
            logger.warning("task not sent", extra={"action": "task_not_sent", "task": entry.task, "why": str(error)})
