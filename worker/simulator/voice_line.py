"""One answered call of the simulated switch: runs its actions, hears sounds, and does what its callee does."""

import asyncio
import time
from asyncio import Task, TimerHandle
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from worker.simulator.actions import Action, addresses_of
from worker.simulator.callee import BEEP, BEEPS_AFTER, PATIENCE, Callee
from worker.simulator.channel import Channel
from worker.simulator.exchange import ORDINARY, Exchange, Surroundings
from worker.simulator.execution import Execution
from worker.simulator.fetched import is_address
from worker.simulator.frames import Event, quoted
from worker.simulator.recording import NOT_OPENED, Recording, begin_recording
from worker.simulator.socket_talk import SocketTalk
from worker.simulator.sounds import Heard, heard_on_disk, names_in

_JITTER: Final = 0.02
"""Seconds from one application to the next, as a real switch takes them."""
_PICKS_UP_AFTER: Final = 0.3
_NANOSECONDS: Final = 1_000_000_000
_TALKS_FOR: Final = 2.0
_BUSY: Final = "9"
"""An extension that ends so is busy; others pick up."""


class VoiceLine:
    """A call between its answer and its end."""

    def __init__(
        self,
        exchange: Exchange,
        channel: Channel,
        *,
        actions: Sequence[Action],
        callee: Callee,
        surroundings: Surroundings,
    ) -> None:
        """Begin: the actions run in a task, and the callee's timers with it."""
        self.exchange = exchange
        self.channel = channel
        self._heard = surroundings.heard
        self._fetched = surroundings.fetched
        self._speed = surroundings.speed
        self._loop = loop = surroundings.loop
        self._queue: deque[Execution] = deque()
        self._running: Execution | None = None
        self._step: TimerHandle | Task[None] | None = None
        self._talk: SocketTalk | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._recording: Recording | None = None
        self.is_bridged = self._is_recorder = self._has_left_its_actions = self._has_heard = False
        self._manner = callee
        self._is_listening = self._is_about_to_press = False
        self._callee = [self._later(PATIENCE, self._leave)]
        self._task = loop.create_task(self._run(actions))

    # --- actions -----------------------------------------------------------------------------------------------------

    async def _run(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action.name:
                case "socket":
                    await self._connect(action.argument)
                    if self._has_left_its_actions:
                        return
                case "hangup":
                    self.exchange.kill(self.channel.id, cause=action.argument or ORDINARY)
                    return
                case _:
                    await asyncio.sleep(0)
        self.exchange.kill(self.channel.id)

    async def _connect(self, argument: str) -> None:
        """Speak with the first host that accepts, until it closes the connection; with none, return at once."""
        for host, port in addresses_of(argument):
            closed = asyncio.Event()
            try:
                _, talk = await self._loop.create_connection(partial(SocketTalk, self, closed), host, port)
            except OSError:
                continue
            self._talk = talk
            self._note("connected", port=port)
            await closed.wait()
            self._talk = None
            if self.channel.dial.variables.get("socket_resume") == "true" and not self.is_bridged:
                self.stop(drop=True)
            await self._idle.wait()
            return

    def join(self) -> None:
        """Talk to another leg: what was to be executed is dropped, and the connection is not needed any more."""
        self._has_left_its_actions = self.is_bridged = True
        self._cancel_step()
        self._queue.clear()
        self._running = None
        self._idle.set()
        self._stop_callee()

    def part(self) -> None:
        """Be alone again, and hang up unless somebody speaks soon enough."""
        self.is_bridged = self._is_listening = self._is_about_to_press = False
        self._callee = [self._later(PATIENCE, self._leave)]

    # --- what a voice process asks for -------------------------------------------------------------------------------

    def data(self) -> str:
        """Return the channel's data as header lines, percent-encoded as in an event."""
        headers = self.exchange.common("CHANNEL_DATA") | self.channel.headers("CHANNEL_ANSWER")
        return "".join(f"{name}: {quoted(value)}\n" for name, value in headers.items())

    def hang_up(self, cause: str) -> None:
        """End the call from our side."""
        self.exchange.kill(self.channel.id, cause=cause)

    def api(self, command: str, report: Callable[[str], None]) -> None:
        """Run an ``api`` command."""
        self.exchange.run(command, report)

    def execute(self, execution: Execution) -> None:
        """Run an application when those before it have ended."""
        self._queue.append(execution)
        self._idle.clear()
        if self._running is None:
            self._next()

    def stop(self, *, drop: bool) -> None:
        """End the present playback; ``drop`` drops what waits behind it too."""
        if drop:
            self._queue.clear()
        if self._running is not None and self._running.name == "playback":
            self._cancel_step()
            self._note("stopped")
            self._step = self._loop.call_later(_JITTER, self._complete, "FILE PLAYED")
        elif self._running is None:
            self._idle.set()

    def _next(self) -> None:
        self._running = self._queue.popleft() if self._queue else None
        if self._running is None:
            self._idle.set()
            return
        match self._running.name:
            case "playback":
                self._heard.copy(self._running.argument)
                self._play(deque(names_in(self._running.argument)), is_heard=False)
            case "bridge":
                self._bridge(self._running.argument)
            case "avmd_start":
                self._listen_for_beeps()
            case "set" | "record_session" as name:
                self._prepare(name, self._running.argument)
            case _:
                self._complete("_none_")

    def _play(self, left: deque[str], *, is_heard: bool) -> None:
        """Play what is left; what cannot be played is passed over, and alone it is not found."""
        while left:
            name = left.popleft()
            if is_address(name):
                self._step = self._loop.create_task(self._fetch(name, left, is_heard=is_heard))
                return
            if (sound := heard_on_disk(name)) is not None:
                self._hear(sound, left, is_first=not is_heard)
                return
        if is_heard:
            self._complete("FILE PLAYED")
        else:
            self._step = self._loop.call_later(_JITTER, self._complete, "FILE NOT FOUND")

    async def _fetch(self, name: str, left: deque[str], *, is_heard: bool) -> None:
        """Fetch a sound, while the callee hears nothing, and play it; one that is not to be had is passed over."""
        sound = await self._fetched.heard(name)
        if sound is None:
            self._play(left, is_heard=is_heard)
        else:
            self._hear(sound, left, is_first=not is_heard)

    def _hear(self, sound: Heard, left: deque[str], *, is_first: bool) -> None:
        if is_first:
            self._notice()
            self._tell_first_sound()
        self._note("sound", sound=sound.name, seconds=sound.seconds)
        self._step = self._later(sound.seconds, partial(self._play, left, is_heard=True))

    def _tell_first_sound(self) -> None:
        if not self._has_heard:
            self._has_heard = True
            self.exchange.note("played", self.channel)

    def _listen_for_beeps(self) -> None:
        """Make a machine beep; it then records, and hangs up only when nobody speaks with it for long."""
        if self.channel.fate.far_end.value.machine:
            self._callee.append(self._later(BEEPS_AFTER, self._beep))
            self._is_recorder = True
        self._complete("_none_")

    def _beep(self) -> None:
        self.channel.variables["avmd_detect"] = "TRUE"
        self._note("beep")
        self.receive(Event(self.exchange.common("CUSTOM") | {"Unique-ID": self.channel.id} | BEEP))

    def _prepare(self, name: str, argument: str) -> None:
        """Do what takes no time."""
        if name == "set":
            variable, _, value = argument.partition("=")
            self.channel.variables[variable] = value
        else:
            self._recording = begin_recording(argument, at=self.exchange.clock())
            if self._recording is None:
                self.channel.variables |= NOT_OPENED
        self._complete("_none_")

    def _bridge(self, target: str) -> None:
        if target.endswith(_BUSY):
            self._step = self._later(_PICKS_UP_AFTER, self._complete, "_none_")
            return
        self._step = self._later(_PICKS_UP_AFTER, self._pick_up, target.rpartition("}")[2])

    def _pick_up(self, target: str) -> None:
        self.is_bridged = True
        self._note("bridged", target=target)
        self.channel.bridged = self.exchange.clock()
        self.exchange.note("bridged", self.channel, other=target)
        self.exchange.fire_of("CHANNEL_BRIDGE", self.channel, {"Bridge-A-Unique-ID": self.channel.id})
        self._step = self._later(_TALKS_FOR, self._complete, "_none_")

    def _complete(self, response: str) -> None:
        ended, self._running, self.is_bridged = self._running, None, False
        if ended is not None:
            self.exchange.fire_of("CHANNEL_EXECUTE_COMPLETE", self.channel, ended.ended(response))
        self._next()

    # --- the callee, and the end -------------------------------------------------------------------------------------

    def _notice(self) -> None:
        """Begin what the callee does at this playback: each key is pressed to what is heard behind the one before."""
        if not self._is_listening:
            self._is_listening = True
            patience = PATIENCE if self._is_recorder else self._manner.hangs_up_after
            self._callee.append(self._later(patience, self._leave))
        if self._manner.keys[len(self.channel.digits) :] and not self._is_about_to_press:
            after, digit = self._manner.keys[len(self.channel.digits)]
            self._is_about_to_press = True
            self._callee.append(self._later(after, self._press, digit))

    def _leave(self) -> None:
        self._note("left")
        self.exchange.leave(self.channel.id)

    def _press(self, digit: str) -> None:
        self._is_about_to_press = False
        self.channel.digits += digit
        self._note("key", key=digit)
        told = {"DTMF-Digit": digit, "DTMF-Duration": "2240", "DTMF-Source": "RTP"}
        self.exchange.fire_of("DTMF", self.channel, told)

    def receive(self, event: Event) -> None:
        """Take an event of this call."""
        if self._talk is not None:
            self._talk.receive(event)

    def close_recording(self) -> None:
        """Write what was recorded; the hang-up event that follows tells its length."""
        if self._recording is not None:
            recorded, self._recording = self._recording, None
            self.channel.variables |= recorded.close(ended=self.exchange.clock(), speed=self._speed)
            self._note("recorded", file=recorded.path.name, seconds=self.channel.variables["record_seconds"])

    def end(self) -> None:
        """Note that the call is over; its connection lingers."""
        self._cancel_step()
        self._stop_callee()
        self._queue.clear()
        if self._talk is not None:
            self._talk.linger()
        if asyncio.current_task(self._loop) is not self._task:
            self._task.cancel()

    def _stop_callee(self) -> None:
        for timer in self._callee:
            timer.cancel()

    def _cancel_step(self) -> None:
        if self._step is not None:
            self._step.cancel()

    def _later(self, seconds: float, action: Callable[..., object], *arguments: object) -> TimerHandle:
        return self._loop.call_later(seconds / self._speed, action, *arguments)

    def _note(self, event: str, **values: object) -> None:
        """Note what happened, by the machine's clock, as the log of calls does."""
        self._heard.write(
            event, call=self.channel.id, number=self.channel.dial.number, at=time.time_ns() / _NANOSECONDS, **values
        )
