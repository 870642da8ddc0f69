"""The simulated switch: accepts calls, moves each through its fate, and sends events to all listeners."""

from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final
from uuid import uuid4

from typing_extensions import override

from worker.simulator.admission import Admission
from worker.simulator.announcer import Announcer, machine_clock
from worker.simulator.bridges import Bridges
from worker.simulator.call_lines import call_line
from worker.simulator.cdr import cdr_of
from worker.simulator.channel import Channel
from worker.simulator.exchange import Exchange
from worker.simulator.heard import HeardLog
from worker.simulator.log import Line, SwitchLog
from worker.simulator.model import DIALPLAN_SLEEPS, POLICED, UNPLAYED, Fate, Model
from worker.simulator.options import SimulatorOptions
from worker.simulator.originate import Dial, InvalidDial, parse_dial
from worker.simulator.phones import Phones
from worker.simulator.police import Police
from worker.simulator.sched_hangup import ScheduledHangup
from worker.simulator.trunks import Trunks
from worker.simulator.up import PostCdr, ReportResult, Up
from worker.simulator.voice_lines import VoiceLines

_MICROSECONDS: Final = 1_000_000
_FULL: Final = "DESTINATION_OUT_OF_ORDER"
DEFAULT_TIMEOUT: Final = 60.0
"""Seconds of ringing when the command sets no ``originate_timeout``; the default of FreeSWITCH."""


class SimulatedSwitch(Announcer, Exchange):
    """Carries simulated calls. All methods run in the thread of one event loop."""

    def __init__(
        self,
        options: SimulatorOptions,
        *,
        loop: AbstractEventLoop,
        log: SwitchLog,
        post_cdr: PostCdr = lambda _call_id, _body: None,
        heard: HeardLog | None = None,
    ) -> None:
        """Start without calls; ``post_cdr`` gets the id and the CDR of each call that has ended."""
        super().__init__(clock_skew=options.clock_skew_seconds)
        self.options = options
        self.admission = Admission(options.max_sessions, options.sessions_per_second)
        self.trunks = Trunks()
        self.missing_messages: set[str] = set()
        """Templates whose message cannot be played."""
        self.police = Police()
        self.gateways_used: dict[str, None] = {}
        self.on_shut_down: Callable[[], None] = lambda: None
        self.on_command: Callable[[str, ReportResult], None] = lambda _command, report: report("-ERR no commands\n")
        self.started_at = machine_clock()
        self.sessions_since_start = 0
        self.peak = 0
        self._loop = loop
        self._log = log
        self._post_cdr = post_cdr
        self._model = Model(options)
        self._calls: dict[str, Up] = {}
        self.lines = VoiceLines(self, options, heard=heard or HeardLog(None), loop=loop)
        self.phones = Phones(options)
        self.bridges = Bridges(self, self.phones, speed=options.speed, loop=loop)
        self._report_shutdown: ReportResult | None = None
        log.write(Line(event="started", at=machine_clock() / _MICROSECONDS))

    @property
    def channels(self) -> Iterable[Channel]:
        """Return the channels that are up."""
        return (up.channel for up in self._calls.values())

    def __len__(self) -> int:
        """Return how many calls are up."""
        return len(self._calls)

    def __contains__(self, call_id: object) -> bool:
        """Return whether the call is up."""
        return call_id in self._calls

    @property
    def uptime_micros(self) -> int:
        """Return the microseconds since the switch started."""
        return machine_clock() - self.started_at

    def originate(self, arguments: str, *, job: str, report: ReportResult) -> None:
        """Start a call. Its result is reported when it is answered or has failed."""
        try:
            dial = parse_dial(arguments)
        except InvalidDial as error:
            report(str(error))
            return
        call_id = dial.variables.get("origination_uuid") or str(uuid4())
        if (refusal := self._refusal(dial, call_id)) is not None:
            cause, why = refusal
            self._log.write(call_line("refused", dial, call_id, at=machine_clock(), cause=cause, why=why))
            report(f"-ERR {cause}\n")
            return
        created = self.clock()
        fate = self._fate(dial)
        if self.police.catches(dial.gateway, at=created):
            fate = POLICED
            self._log.write(call_line("policed", dial, call_id, at=created, cause=fate.far_end.value.cause))
        channel = Channel(
            id=call_id,
            job=job,
            dial=dial,
            arguments=arguments,
            caller_id=dial.variables.get("origination_caller_id_number", "0000000000"),
            fate=fate,
            created=created,
        )
        self._create(channel, report)

    @override
    def kill(self, call_id: str, *, cause: str = "NORMAL_CLEARING") -> bool:
        up = self._calls.get(call_id)
        if up is None:
            return False
        self._end(up, cause=cause, by_far_end=False)
        return True

    def end_later(self, bound: ScheduledHangup) -> bool:
        """End a call after a time; return False when there is no such call."""
        up = self._calls.get(bound.call)
        if up is not None:
            self._end_later(up, bound)
        return up is not None

    def forget_bounds(self, call_id: str) -> int:
        """Forget all scheduled ends of a call; return how many there were."""
        up = self._calls.get(call_id)
        return 0 if up is None else up.forget_bounds()

    @override
    def leave(self, call_id: str) -> None:
        if (up := self._calls.get(call_id)) is not None:
            self._end(up, cause="NORMAL_CLEARING", by_far_end=True)

    def up(self, call_id: str) -> Up | None:
        """Return a leg that is up."""
        return self._calls.get(call_id)

    def shut_down(self) -> None:
        """End all calls with the cause ``SYSTEM_SHUTDOWN``, as a stopping FreeSWITCH does."""
        for call_id in list(self._calls):
            self.kill(call_id, cause="SYSTEM_SHUTDOWN")

    def shut_down_elegantly(self, report: ReportResult) -> None:
        """Take no more calls; when the last one has ended, answer, tell the listeners, and end the process."""
        self.admission.is_shutting_down = True
        self._report_shutdown = report
        self._end_if_empty()

    def _end_if_empty(self) -> None:
        if self._report_shutdown is not None and not self._calls:
            self._report_shutdown("+OK\n")
            self._report_shutdown = None
            self.fire("SHUTDOWN", {"Event-Info": "System Shutting Down"})
            self.on_shut_down()

    def _refusal(self, dial: Dial, call_id: str) -> tuple[str, str] | None:
        """Return the cause and the reason when the switch refuses the call; None when it accepts it."""
        if call_id in self._calls:
            return _FULL, "duplicate"
        if why := self.admission.why_not(sessions=len(self._calls), second=machine_clock() // _MICROSECONDS):
            return _FULL, why
        if self.options.gateways and dial.gateway and dial.gateway not in self.options.gateways:
            return "INVALID_GATEWAY", "gateway"
        if self.trunks.is_down(dial.gateway):
            return "GATEWAY_DOWN", "gateway_down"
        if dial.endpoint == "user" and not self.phones.is_registered(dial.number):
            return "USER_NOT_REGISTERED", "unregistered"
        return None

    def _fate(self, dial: Dial) -> Fate:
        if dial.endpoint == "user":
            return self.phones.fate_of(dial.number)
        return self.trunks.fate_at(dial.gateway) or self._model.fate_of(dial.number)

    def _create(self, channel: Channel, report: ReportResult) -> None:
        up = self._calls[channel.id] = Up(channel, report)
        self.sessions_since_start += 1
        if channel.dial.gateway:
            self.gateways_used[channel.dial.gateway] = None
        self.peak = max(self.peak, len(self._calls))
        self._write("originated", channel)
        self._fire_channel("CHANNEL_CREATE", channel)
        self._later(up, channel.fate.setup, self._respond)
        timeout = channel.dial.variables.get("originate_timeout", "")
        seconds = float(timeout) if timeout.isdigit() and int(timeout) > 0 else DEFAULT_TIMEOUT
        self._later(up, self._model.ring_limit(seconds), self._time_out)

    def _respond(self, up: Up) -> None:
        fate = up.channel.fate
        if not fate.far_end.value.rings:
            self._end(up, cause=fate.far_end.value.cause, by_far_end=True)
            return
        up.channel.progress = self.clock()
        self._write("progress", up.channel)
        self._fire_channel("CHANNEL_PROGRESS", up.channel)
        if fate.far_end.value.answers:
            self._later(up, fate.ring, self._answer)

    def _answer(self, up: Up) -> None:
        up.stop_timers()
        up.channel.answered = self.clock()
        self._write("answered", up.channel)
        self._fire_channel("CHANNEL_ANSWER", up.channel)
        up.tell(f"+OK {up.channel.id}\n")
        for bound in self.lines.bounds(up.channel):
            self._end_later(up, bound)
        if self.lines.begin(up.channel):
            return
        if up.channel.is_agent:
            self.bridges.park(up.channel)
            return
        if up.channel.dial.variables.get("callbeat_template") in self.missing_messages:
            self._later(up, DIALPLAN_SLEEPS, self._give_up)
        else:
            self._later(up, up.channel.fate.talk, self._finish)

    def _finish(self, up: Up) -> None:
        self._end(up, cause="NORMAL_CLEARING", by_far_end=not up.channel.fate.ended_by_us)

    def _give_up(self, up: Up) -> None:
        self._end(up, cause=UNPLAYED, by_far_end=False)

    def _end_later(self, up: Up, bound: ScheduledHangup) -> None:
        self._later(
            up,
            bound.seconds,
            lambda up: self._end(up, cause=bound.cause, by_far_end=False),
            speed=self.lines.bounds_speed(up.channel),
        )
        up.bounds.append(up.timers[-1])

    def _time_out(self, up: Up) -> None:
        self._end(up, cause="NO_ANSWER", by_far_end=False)

    def _end(self, up: Up, *, cause: str, by_far_end: bool) -> None:
        """End a call.

        As on FreeSWITCH, the job's result comes before ``CHANNEL_HANGUP_COMPLETE`` when our side cancelled the call,
        and after it when the far end refused the call.
        """
        up.stop_timers()
        channel = up.channel
        channel.ended, channel.cause, channel.by_far_end = self.clock(), cause, by_far_end
        left_alone = self.bridges.end(channel.id)
        del self._calls[channel.id]
        self._write("hangup", channel)
        self._fire_channel("CHANNEL_HANGUP", channel)
        self.lines.close_recording(channel.id)
        if not by_far_end:
            up.tell(f"-ERR {cause}\n")
        self._fire_channel("CHANNEL_HANGUP_COMPLETE", channel)
        up.tell(f"-ERR {cause}\n")
        self.lines.end(channel.id)
        self._fire_channel("CHANNEL_DESTROY", channel)
        if self.options.cdrs is not None:
            self._post_cdr(channel.id, cdr_of(channel, core_id=self.core_id))
        self.bridges.leave_alone(left_alone)
        self._end_if_empty()

    def _later(self, up: Up, seconds: float, step: Callable[[Up], None], *, speed: float | None = None) -> None:
        up.timers.append(self._loop.call_later(seconds / (speed or self.options.speed), step, up))

    @override
    def run(self, command: str, report: ReportResult) -> None:
        self.on_command(command, report)

    @override
    def fire_of(self, name: str, channel: Channel, more: Mapping[str, str]) -> None:
        self.fire(name, channel.headers(name) | dict(more), line=self.lines.of(channel.id))

    def _fire_channel(self, name: str, channel: Channel) -> None:
        line = self.lines.of(channel.id)
        if self.listeners or line is not None:
            self.fire(name, channel.headers(name), line=line)

    @override
    def note(self, event: str, channel: Channel, *, other: str = "") -> None:
        self._log.write(replace(call_line(event, channel.dial, channel.id, at=machine_clock()), other=other))

    def _write(self, event: str, channel: Channel) -> None:
        is_end = event == "hangup"
        why = "no_reply" if is_end and not channel.fate.far_end.value.replies else ""
        line = call_line(event, channel.dial, channel.id, at=machine_clock(), cause=channel.cause, why=why)
        if is_end and channel.answered and channel.by_far_end:
            line = replace(line, by="callee")
        if line.event:
            self._log.write(line)
