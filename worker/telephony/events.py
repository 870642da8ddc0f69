"""Reads the events of one switch on a connection of its own, which reconnects by itself."""

import logging
import threading
import time
from dataclasses import replace
from typing import Final
from uuid import UUID

from pendulum import DateTime, Duration
from typing_extensions import override

from worker.domain.agents.legs import LegEvent
from worker.domain.call import CallEvent
from worker.domain.errors import Unavailable
from worker.domain.switch_address import SwitchUrl
from worker.domain.switch_refusal import SwitchStatus
from worker.domain.timing import (
    SIGN_OF_LIFE_AFTER,
    SIGN_OF_LIFE_WITHIN,
    SWITCH_ASKED_EVERY,
    SWITCH_SETTLES,
    SWITCH_SILENT,
)
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.telephony import EventSource
from worker.telephony.backoff import Backoff, Chance, system_chance
from worker.telephony.connection import Connection, ConnectionLost, NotReached, open_connection
from worker.telephony.esl import Frame, MalformedEvent, SwitchEvent, event_of
from worker.telephony.kept_frames import KeptFrames
from worker.telephony.legs import leg_event_of
from worker.telephony.skew import SkewMeter
from worker.telephony.status import pause_of, status_of
from worker.telephony.translation import Translation

logger = logging.getLogger(__name__)

SUBSCRIPTION: Final = (
    "event json CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE "
    "DTMF BACKGROUND_JOB HEARTBEAT"
)
WAIT_SECONDS: Final = 0.5
"""The longest that one ``read`` or ``stand_by`` waits."""
SIGN_OF_LIFE: Final = b"api strepoch\n\n"
ASK_CORE_ID: Final = "api eval ${core_uuid}"
"""Asked before the subscription, so that no event can be lost between the two."""
ASK_STATUS: Final = b"api fsctl pause_check outbound\n\napi status\n\n"
"""The status of a switch that is paused for outbound calls only says that it is ready."""


class SwitchEvents(EventSource):
    """Reads the events of one switch. Only one thread may call ``read`` and ``stand_by``."""

    def __init__(
        self,
        url: SwitchUrl,
        *,
        clock: Clock,
        chance: Chance = system_chance,
        silence_seconds: float = SWITCH_SILENT.total_seconds(),
    ) -> None:
        """Store the address; the first ``read`` connects."""
        self._url = url
        self._clock = clock
        self._backoff = Backoff(chance=chance)
        self._silence_seconds = silence_seconds
        self._connection: Connection | None = None
        self._translation: Translation | None = None
        self._listening_since: DateTime | None = None
        self._core_id = ""
        self._kept = KeptFrames()
        self._dialable_from: DateTime | None = None
        self._connected_at = 0.0
        self._received_at = 0.0
        self._probed_at: float | None = None
        self._status: SwitchStatus | None = None
        self._legs: list[LegEvent] = []
        self._is_paused = False
        self._status_asked_at = float("-inf")
        self._closed = threading.Event()
        self._skew = SkewMeter()

    @property
    @override
    def switch(self) -> str:
        return self._url.name

    @property
    @override
    def listening_since(self) -> DateTime | None:
        return self._listening_since

    @property
    @override
    def dialable_from(self) -> DateTime | None:
        return self._dialable_from

    @property
    @override
    def clock_skew(self) -> Duration | None:
        return self._skew.skew

    @property
    @override
    def core_id(self) -> str:
        return self._core_id

    @override
    def take_status(self) -> SwitchStatus | None:
        status, self._status = self._status, None
        return status

    @override
    def take_legs(self) -> list[LegEvent]:
        legs, self._legs = self._legs, []
        return legs

    @override
    def read(self) -> list[CallEvent]:
        if self._connection is None or self._translation is None:
            self._listen()
            return []
        translation = self._translation
        self._receive(within=0 if self._kept else self._longest_wait(translation))
        events: list[CallEvent] = []
        for at, frames in self._kept.take():
            told = _events_in(frames)
            self._measure(told, at=at)
            if at >= self._connected_at:  # a restarted switch is another one than before the connection ended
                self._core_id = _core_id_of(told) or self._core_id
            self._legs += [leg for event in told if (leg := leg_event_of(event)) is not None]
            events += translation.read(told, at=at)
        return events + translation.read([], at=time.monotonic())

    def _measure(self, told: list[SwitchEvent], *, at: float) -> None:
        """Measure the switch's clock by the newest of the events that arrived together."""
        stated = told[-1].get("Event-Date-Timestamp", "") if told else ""
        if stated.isascii() and stated.isdigit():
            received = self._clock.now().timestamp() - (time.monotonic() - at)
            self._skew.note(stated=int(stated) / 1_000_000, received=received, at=at)

    @override
    def stand_by(self, memory: Duration | None) -> None:
        if memory is not None:
            self._kept.drop_before(time.monotonic() - memory.total_seconds())
        if self._kept.is_full:
            self._closed.wait(WAIT_SECONDS)
        else:
            self._receive(within=WAIT_SECONDS)

    def _receive(self, *, within: float) -> None:
        """Keep the frames that arrive. When the connection ends it is dropped; the frames before that are kept."""
        if self._connection is None:
            return
        try:
            frames = self._connection.frames(within=within)
            self._check_liveness(frames, connection=self._connection)
        except ConnectionLost as error:
            self._drop(str(error))
            return
        self._read_status(frames, connection=self._connection)
        if frames:
            self._kept.add(frames, at=time.monotonic())
        if any(frame.content_type == "text/disconnect-notice" for frame in frames):
            self._drop("the switch sent a disconnect notice")

    @override
    def close(self) -> None:  # also ends the wait of a ``read`` that is about to reconnect
        self._closed.set()
        self._forget()

    def _listen(self) -> None:
        try:
            self._connected_at = time.monotonic()
            self._connection = self._connect()
        except Unavailable:
            self._closed.wait(min(WAIT_SECONDS, self._backoff.pause_left(at=time.monotonic())))
            return
        # The subscription holds from its reply on: earlier events were missed, later ones are received.
        self._listening_since = self._dialable_from = self._clock.now()
        self._translation = Translation(listening_since=self._listening_since)
        self._received_at, self._probed_at = time.monotonic(), None

    def _connect(self) -> Connection:
        if self._backoff.pause_left(at=time.monotonic()) > 0:
            raise NotReached(f"switch {self.switch} was unreachable at the last attempt")
        try:
            connection = open_connection(self._url)
            try:
                self._core_id = core_id_in(connection.command(ASK_CORE_ID).text)
                if not connection.command(SUBSCRIPTION).text.startswith("+OK"):
                    raise NotReached(f"switch {self.switch} refused the subscription")
            except Unavailable:
                connection.close()
                raise
        except Unavailable:
            self._backoff.failed(at=time.monotonic())
            logger.warning("switch cannot be reached", extra={"action": "switch_unreachable", "switch": self.switch})
            raise
        self._backoff.succeeded()
        logger.info("receiving events from the switch", extra={"action": "listening", "switch": self.switch})
        return connection

    def _drop(self, why: str) -> None:
        self._forget()
        logger.warning(
            "event connection to the switch lost", extra={"action": "events_lost", "switch": self.switch, "why": why}
        )

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._listening_since = self._dialable_from = None
        self._translation = None  # drops its failed jobs as well: events of those calls may be missed from now on

    def _check_liveness(self, frames: list[Frame], *, connection: Connection) -> None:
        """Detect a switch that stops responding or responds again. Raises ``ConnectionLost`` after a long silence."""
        now = time.monotonic()
        if frames:
            self._received_at, self._probed_at = now, None
            if self._dialable_from is None:
                self._dialable_from = self._clock.now() + SWITCH_SETTLES
                logger.info("switch responds again", extra={"action": "switch_goes_on", "switch": self.switch})
        elif now - self._received_at > self._silence_seconds:
            raise ConnectionLost(f"nothing received for {self._silence_seconds:g} seconds")
        elif self._probed_at is None:
            if now - self._received_at >= SIGN_OF_LIFE_AFTER.total_seconds():
                connection.write(SIGN_OF_LIFE, within=0)
                self._probed_at = now
        elif now - self._probed_at > SIGN_OF_LIFE_WITHIN.total_seconds() and self._dialable_from is not None:
            self._dialable_from = None
            logger.warning(
                "switch does not respond, no calls are sent to it",
                extra={"action": "switch_stands_still", "switch": self.switch},
            )

    def _read_status(self, frames: list[Frame], *, connection: Connection) -> None:
        """Keep the switch's last answer about itself, and ask again when that is due; nothing waits for the answer."""
        for frame in frames:
            self._is_paused = self._is_paused if (paused := pause_of(frame)) is None else paused
            if (status := status_of(frame)) is not None:
                self._status = replace(status, is_ready=status.is_ready and not self._is_paused)
        now = time.monotonic()
        if now - self._status_asked_at >= SWITCH_ASKED_EVERY.total_seconds():
            connection.write(ASK_STATUS, within=0)
            self._status_asked_at = now

    @staticmethod
    def _longest_wait(translation: Translation) -> float:
        due = translation.next_due()
        return WAIT_SECONDS if due is None else min(WAIT_SECONDS, max(0.0, due - time.monotonic()))


def core_id_in(answer: str) -> str:
    """Return the core id that a switch states; empty when its answer is none."""
    try:
        return str(UUID(answer.strip()))
    except ValueError:
        return ""


def _core_id_of(events: list[SwitchEvent]) -> str:
    beats = [event for event in events if event.get("Event-Name") == "HEARTBEAT"]
    return core_id_in(beats[-1].get("Core-UUID", "")) if beats else ""


def _events_in(frames: list[Frame]) -> list[SwitchEvent]:
    events = []
    for frame in frames:
        if not frame.is_event:
            continue
        try:
            events.append(event_of(frame))
        except MalformedEvent:
            logger.warning("malformed event skipped", extra={"action": "odd_event"})
    return events
