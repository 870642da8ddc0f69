"""How far a switch's clock is ahead of ours, measured by the events that it sends."""

from typing import Final

from pendulum import Duration

WINDOW_SECONDS: Final = 60.0
"""An event may arrive late, so the promptest of this long counts. A heartbeat comes every 20 s from an idle switch."""


class SkewMeter:
    """Measures how late events arrive by their own time; the least is the difference of the clocks, and a little more.

    Two windows are kept, so that at least one whole window is judged, and a clock that was set is noticed after two.
    """

    def __init__(self) -> None:
        """Start without a measure."""
        self._began_at: float | None = None
        self._least: float | None = None
        self._least_before: float | None = None

    def note(self, *, stated: float, received: float, at: float) -> None:
        """Note an event: the time that it states, and when it arrived by our clock, in seconds since 1970.

        ``at`` is the time of arrival in seconds of a clock that is never set.
        """
        if self._began_at is None or at - self._began_at >= WINDOW_SECONDS:
            is_next = self._began_at is not None and at - self._began_at < 2 * WINDOW_SECONDS
            self._least_before = self._least if is_next else None
            self._began_at, self._least = at, None
        late = received - stated
        self._least = late if self._least is None else min(self._least, late)

    @property
    def skew(self) -> Duration | None:
        """Return how far the switch's clock is ahead; below zero it is behind, None before an event was noted."""
        known = [late for late in (self._least, self._least_before) if late is not None]
        return Duration(microseconds=round(-min(known) * 1_000_000)) if known else None
