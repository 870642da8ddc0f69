"""Date filters of requests: as the command line reads them."""

from worker.domain.date_range import DateRange, to_date_range

__all__ = ["DateRange", "to_date_range"]
