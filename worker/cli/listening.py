"""A listener for each switch, in threads of one process that follow the switches' rows."""

import logging
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Final

from pendulum import DateTime, Duration
from typing_extensions import override

from worker.domain.agents.legs import LegEvent
from worker.domain.call import CallEvent
from worker.domain.errors import Unavailable
from worker.domain.switch import SwitchState
from worker.domain.switch_address import SwitchUrl
from worker.domain.switch_refusal import SwitchStatus
from worker.listener import Listener
from worker.ports.dispatch.telephony import EventSource
from worker.stopping import Stop
from worker.usecases.dispatch.keep_switches import insert_first_list, list_switches
from worker.wiring import Services

logger = logging.getLogger(__name__)

FOLLOWED_EVERY_SECONDS: Final = 1.0
MOST_SWITCHES: Final = 256

MakeSource = Callable[[SwitchUrl], EventSource]


class Ended(Exception):
    """The listener is to end: its switch is gone, or has another address."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A switch that a thread of this process listens to."""

    url: SwitchUrl
    removed: Event
    future: Future[None]


class Listeners:
    """Starts a listener for each new switch and ends those of switches that are gone, without a restart."""

    def __init__(
        self, services: Services, *, first: Collection[SwitchUrl], make_source: MakeSource, stop: Stop
    ) -> None:
        """``first`` are the switches of the environment, which are added to the rows where they are missing."""
        self._services = services
        self._first = first
        self._make_source = make_source
        self._stop = stop
        self._heard: dict[str, _Heard] = {}
        self._is_first_list_stored = False

    def run(self) -> None:
        """Follow the rows until the stop, then let each listener drain.

        An error of one listener ends all of them, so that a supervisor notices.
        """
        with ThreadPoolExecutor(MOST_SWITCHES, thread_name_prefix="listener") as threads:
            try:
                while not self._stop.is_requested:
                    self.follow(threads)
                    self._raise_errors()
                    self._stop.wait(FOLLOWED_EVERY_SECONDS)
            finally:
                self._stop.request()
        self._raise_errors()

    def follow(self, threads: ThreadPoolExecutor) -> None:
        """Read the rows once, and start and end listeners; while the database is away everything stays as it is."""
        try:
            wanted = self._wanted()
        except Unavailable:
            logger.warning("switches cannot be read", extra={"action": "switches_not_read"})
            return
        for name, heard in list(self._heard.items()):
            if wanted.get(name) != heard.url:
                heard.removed.set()
                del self._heard[name]
        for name, url in wanted.items():
            if name not in self._heard:
                self._heard[name] = self._listen(url, threads=threads)
        if not wanted:
            logger.warning("there is no switch to listen to", extra={"action": "no_switches"})

    def _wanted(self) -> dict[str, SwitchUrl]:
        if not self._is_first_list_stored:
            insert_first_list(self._services.store, self._first, now=self._services.clock.now())
            self._is_first_list_stored = True
        known = list_switches(self._services.store)
        return {s.name: SwitchUrl.parse(s.url) for s in known if s.state is not SwitchState.GONE}

    def _listen(self, url: SwitchUrl, *, threads: ThreadPoolExecutor) -> _Heard:
        removed = Event()
        source = _UntilEnded(self._make_source(url), end=removed)
        listener = Listener(self._services, source, holder=self._services.new_id(), stop=self._stop)
        return _Heard(url, removed, threads.submit(_run, listener, source))

    def _raise_errors(self) -> None:
        for heard in self._heard.values():
            if heard.future.done() and not isinstance(error := heard.future.exception(), Ended) and error is not None:
                raise error


def _run(listener: Listener, source: EventSource) -> None:
    try:
        listener.run()
    finally:
        source.close()


class _UntilEnded(EventSource):
    """A source of events that ends its reader between two reads, so that every event that was read is handled."""

    def __init__(self, source: EventSource, *, end: Event) -> None:
        self._source = source
        self._end = end

    @property
    @override
    def switch(self) -> str:
        return self._source.switch

    @property
    @override
    def listening_since(self) -> DateTime | None:
        return self._source.listening_since

    @property
    @override
    def dialable_from(self) -> DateTime | None:
        return self._source.dialable_from

    @property
    @override
    def clock_skew(self) -> Duration | None:
        return self._source.clock_skew

    @property
    @override
    def core_id(self) -> str:
        return self._source.core_id

    @override
    def take_legs(self) -> list[LegEvent]:
        return self._source.take_legs()

    @override
    def take_status(self) -> SwitchStatus | None:
        return self._source.take_status()

    @override
    def read(self) -> list[CallEvent]:
        self._check()
        return self._source.read()

    @override
    def stand_by(self, memory: Duration | None) -> None:
        self._check()
        self._source.stand_by(memory)

    @override
    def close(self) -> None:
        self._source.close()

    def _check(self) -> None:
        if self._end.is_set():
            raise Ended
