"""The answered calls that run actions of their own, such as connecting to a voice process."""

from asyncio import AbstractEventLoop
from collections.abc import Sequence
from random import Random
from typing import Final

from worker.simulator.actions import Action, actions_of
from worker.simulator.callee import Callee, callee_by_chance, callee_by_digits
from worker.simulator.channel import Channel
from worker.simulator.exchange import Exchange, Surroundings
from worker.simulator.fetched import Fetched
from worker.simulator.heard import HeardLog
from worker.simulator.model import UNPLAYED
from worker.simulator.options import SimulatorOptions
from worker.simulator.sched_hangup import ScheduledHangup
from worker.simulator.voice_line import VoiceLine

_SIMULATED: Final = "socket"


class VoiceLines:
    """Calls by their ids."""

    def __init__(
        self, exchange: Exchange, options: SimulatorOptions, *, heard: HeardLog, loop: AbstractEventLoop
    ) -> None:
        """Start without calls; callees have a random generator of their own, so that fates stay as they are."""
        self._exchange = exchange
        self._options = options
        self.fetched = Fetched(heard)
        self._surroundings = Surroundings(heard, self.fetched, options.speed, loop)
        self._chance = Random(options.seed)  # noqa: S311 - the model must be repeatable
        self._lines: dict[str, VoiceLine] = {}

    def begin(self, channel: Channel) -> bool:
        """Run the actions of a call that was answered; return False when it has none that are simulated."""
        actions = actions_of(channel.dial)
        if not _speak(actions) or self.is_fated(channel):
            return False
        self._lines[channel.id] = VoiceLine(
            self._exchange,
            channel,
            actions=actions,
            callee=self._callee(channel),
            surroundings=self._surroundings,
        )
        return True

    def bounds_speed(self, channel: Channel) -> float:
        """Return the speed at which the seconds of ``sched_hangup`` pass in a call."""
        options = self._options
        speaks = _speak(actions_of(channel.dial)) and not self.is_fated(channel)
        return options.bounds_speed if speaks else options.speed

    def bounds(self, channel: Channel) -> list[ScheduledHangup]:
        """Return what ends an answered call by its variables; a call without a voice process is not ended for that."""
        bounds = ScheduledHangup.on_answer(channel.dial.variables)
        return [bound for bound in bounds if bound.cause != UNPLAYED or not self.is_fated(channel)]

    def is_fated(self, channel: Channel) -> bool:
        """Return True when the call's fate says how long it talks, whatever it was told to execute."""
        spoken = self._options.spoken_gateways
        return bool(spoken) and channel.dial.gateway not in spoken

    def of(self, call_id: str) -> VoiceLine | None:
        """Return the line of a call."""
        return self._lines.get(call_id)

    def close_recording(self, call_id: str) -> None:
        """Write what a call has recorded."""
        if (line := self._lines.get(call_id)) is not None:
            line.close_recording()

    def end(self, call_id: str) -> None:
        """Note that a call is over."""
        if (line := self._lines.pop(call_id, None)) is not None:
            line.end()

    def stop(self, call_id: str, *, drop: bool) -> bool:
        """Stop what a call hears; return False when there is no such call."""
        if (line := self._lines.get(call_id)) is not None:
            line.stop(drop=drop)
        return line is not None

    def _callee(self, channel: Channel) -> Callee:
        if channel.fate.far_end.value.machine:
            return Callee(hangs_up_after=channel.fate.talk)
        if self._options.by_last_digit:
            return callee_by_digits(channel.dial.number)
        return callee_by_chance(self._chance)


def _speak(actions: Sequence[Action]) -> bool:
    return any(action.name == _SIMULATED for action in actions)
