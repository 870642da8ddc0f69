"""One connection of a switch: carries out what the conversation decides, and reports what comes of it.

Nothing here waits or reads a clock; `server.py` gives it a transport and timers.
"""

import logging
from functools import partial
from math import inf
from typing import Final, assert_never

from worker.domain.conversation import Doing, begin, respond
from worker.domain.conversation_protocol import (
    Beep,
    BlockNumber,
    CalleeGone,
    Command,
    Connect,
    Connected,
    End,
    Event,
    Failed,
    MachineFound,
    Play,
    Pressed,
    StartRecording,
    Stop,
    TimedOut,
    Wait,
)
from worker.domain.ids import CallId
from worker.domain.outcome import UNPLAYED
from worker.domain.script import Finish
from worker.domain.timing import SILENCE_ENDS, SWITCH_INTRODUCES_ITSELF
from worker.domain.voicemail import VoicemailPolicy
from worker.telephony import outbound
from worker.telephony.esl import BrokenStream, Frame, FrameReader
from worker.telephony.outbound import Beeped, Bridged, CallOnLine, Digit, Executed, Gone, LegMissing, Unbridged
from worker.usecases.voice.prepare import Prepared, Refusal
from worker.voice.agent_search import AgentSearch
from worker.voice.around import Backstage, Timer, Wire
from worker.voice.speaking import Speaking

logger = logging.getLogger(__name__)

SPOKEN: Final = "NORMAL_CLEARING"
TOO_LONG: Final = "ALLOTTED_TIMEOUT"
_STAYS_SECONDS: Final = 3.0
"""So long the switch has to close a connection whose call is over."""
_RING_LATE_SECONDS: Final = 2.0
"""The switch itself ends the ringing of an extension; it reports that a little later."""


class Talk:
    """A conversation over one connection."""

    def __init__(self, wire: Wire, backstage: Backstage) -> None:
        """Begin; the switch is asked for its call at once."""
        self._wire = wire
        self._backstage = backstage
        self._reader = FrameReader()
        self._call: CallOnLine | None = None
        self._speaking: Speaking | None = None
        self._search: AgentSearch | None = None
        self._began_at = wire.now()
        self._is_over = False
        wire.write(outbound.CONNECT)
        self._timer: Timer = wire.later(SWITCH_INTRODUCES_ITSELF.total_seconds(), self._too_late)

    @property
    def call_id(self) -> CallId | None:
        """Return the call; None before the switch has named it."""
        return None if self._call is None else self._call.call_id

    def received(self, data: bytes) -> None:
        """Take what the switch has sent."""
        try:
            frames = self._reader.feed(data)
        except BrokenStream:
            logger.info(
                "the connection of a switch cannot be read", extra={"action": "voice_broken_stream", **self._facts}
            )
            self._wire.close()
            return
        for frame in frames:
            self._frame(frame)

    def lost(self) -> None:
        """Note that the connection has ended, and with it the conversation."""
        self._gone()

    # --- what the switch says ----------------------------------------------------------------------------------------

    def _frame(self, frame: Frame) -> None:
        if self._call is None:
            self._introduce(frame)
            return
        match report := outbound.report_of(frame):
            case Executed():
                self._executed(report)
            case Beeped():
                self._happened(Beep())
            case Bridged() | Unbridged() | LegMissing():
                self._about_other_leg(report)
            case Digit(digit, seconds):
                self._happened(Pressed(digit, seconds))
            case Gone():
                self._gone()
                self._wire.close()
            case None:
                pass
            case never:
                assert_never(never)

    def _introduce(self, frame: Frame) -> None:
        call = outbound.call_on_line(frame)
        if call is None:
            return
        self._call = call
        if not self._backstage.may_begin(self, call.call_id):
            logger.info(
                "a second connection for one call was closed", extra={"action": "voice_call_taken", **self._facts}
            )
            self._wire.close()
            return
        self._wire.write(outbound.listen(call.call_id))
        self._backstage.prepare(call, self._begin)

    def _begin(self, prepared: Prepared | Refusal) -> None:
        if self._is_over:
            if isinstance(prepared, Prepared):
                self._backstage.over(prepared)
            return
        self._timer.cancel()
        if isinstance(prepared, Refusal):
            logger.info(
                "nothing can be said to a callee",
                extra={"action": "voice_refused", "reason": prepared.value, **self._facts},
            )
            self._backstage.note_end(prepared.value)
            self._hang_up(UNPLAYED)
            return
        desk = self._backstage.desk
        if prepared.needs_agent and desk is not None:
            speak, began_at = partial(self._speak, prepared), self._began_at
            self._search = AgentSearch(self._wire, desk, call_id=prepared.call_id, began_at=began_at, give_up=speak)
        else:
            self._speak(prepared)

    def _speak(self, prepared: Prepared) -> None:
        self._speaking = Speaking(prepared, begin(prepared.script))
        self._wire.write(self._speaking.detecting())
        if self._search is None:
            self._backstage.note_first_sound(self._wire.now() - self._began_at)
        self._carry_out(self._speaking.move.commands)
        if self._call is not None and self._call.is_machine:
            self._found_machine()

    def _found_machine(self) -> None:
        if self._speaking is None or not self._speaking.finds_machine():
            return
        self._happened(MachineFound())
        if self._speaking.prepared.script.voicemail is VoicemailPolicy.LEAVE_MESSAGE:
            self._wire.write(outbound.detect_beeps())  # behind the stop of what plays, which would drop it

    def _executed(self, report: Executed) -> None:
        if report.is_machine:
            self._found_machine()
        if self._speaking is not None and (event := self._speaking.event_of(report)) is not None:
            self._happened(event)

    def _about_other_leg(self, report: Bridged | Unbridged | LegMissing) -> None:
        search, speaking = self._search, self._speaking
        match report:
            case Bridged(leg) if search is not None and speaking is None:
                if search.bridged(leg):
                    self._bound(inf)
            case Bridged() if speaking is not None and speaking.move.state.doing is Doing.CONNECTING:
                speaking.is_bridged = True
                self._happened(Connected(speaking.move.state.act))
            case Unbridged() if search is not None and search.is_talking:
                self._hang_up(SPOKEN)  # the switch does so too, should this process be gone
            case LegMissing() if search is not None:
                search.leg_missing()
            case _:
                pass

    def _happened(self, event: Event) -> None:
        speaking = self._speaking
        if speaking is None or self._is_over:
            return
        before = speaking.move.state.act
        speaking.move = respond(speaking.move.state, event, script=speaking.prepared.script)
        if speaking.move.state.act != before or speaking.move.state.doing is Doing.OVER:
            self._timer.cancel()
        self._carry_out(speaking.move.commands)

    # --- what the conversation commands ------------------------------------------------------------------------------

    def _carry_out(self, commands: tuple[Command, ...]) -> None:
        for command in commands:
            self._do(command)

    def _do(self, command: Command) -> None:
        call, speaking = self._call, self._speaking
        if call is None or speaking is None:
            return
        match command:
            case Play(act, parts, grace=grace):
                playback = speaking.prepared.playbacks[parts]
                self._await(act, playback.seconds + grace)
                self._wire.write(outbound.play(playback.what, act=act))
            case Stop():
                self._wire.write(outbound.stop_playing(call.call_id))
            case Wait(act, seconds):
                self._await(act, seconds)
            case Connect(act, extension, seconds=seconds):
                self._connect(act, extension, seconds=seconds)
            case StartRecording() | BlockNumber():
                self._meanwhile(command, prepared=speaking.prepared)
            case End(finish):
                self._end(finish)
            case never:
                assert_never(never)

    def _meanwhile(self, command: StartRecording | BlockNumber, *, prepared: Prepared) -> None:
        if isinstance(command, BlockNumber):
            self._backstage.block_callee(prepared.call_id)
        else:
            self._wire.write(self._backstage.recording(prepared.recording))

    def _await(self, act: int, seconds: float) -> None:
        """Time the act, and let the switch end the call should this process be cut off from it meanwhile."""
        self._timer = self._wire.later(seconds, lambda: self._happened(TimedOut(act)))
        self._bound(seconds + SILENCE_ENDS.total_seconds())

    def _bound(self, seconds: float) -> None:
        call = self._call
        if call is None:
            return
        longest = inf if call.longest_seconds is None else call.longest_seconds - (self._wire.now() - self._began_at)
        left, cause = (max(0.0, longest), TOO_LONG) if longest <= seconds else (seconds, UNPLAYED)
        self._wire.write(outbound.hang_up_within(left, call_id=call.call_id, cause=cause))

    def _connect(self, act: int, extension: str, *, seconds: int) -> None:
        speaking = self._speaking
        caller_id = "" if speaking is None else speaking.prepared.caller_id
        target = self._backstage.extension_target(extension, caller_id=caller_id)
        if speaking is None or not target:
            self._timer = self._wire.later(0, lambda: self._happened(Failed(act)))
            return
        speaking.is_bridged = False
        self._await(act, seconds + _RING_LATE_SECONDS)
        self._wire.write(outbound.bridge(target, seconds=seconds, act=act))

    def _end(self, finish: Finish) -> None:
        self._note_end(finish.value)
        self._hang_up(UNPLAYED if finish is Finish.BROKEN else SPOKEN)

    def _hang_up(self, cause: str) -> None:
        self._timer.cancel()
        self._wire.write(outbound.hang_up(cause))
        self._timer = self._wire.later(_STAYS_SECONDS, self._wire.close)

    # --- the end -----------------------------------------------------------------------------------------------------

    def _too_late(self) -> None:
        """Close a connection on which nothing can be said in time; the switch then hangs up with a cause of ours."""
        logger.info("a call was not prepared in time", extra={"action": "voice_too_late", **self._facts})
        self._backstage.note_end("too_late")
        self._wire.close()

    def _gone(self) -> None:
        if self._is_over:
            return
        self._timer.cancel()
        speaking = self._speaking
        if self._search is not None and speaking is None:
            self._search.end()
            self._note_end("agent" if self._search.is_talking else "callee_gone")
        if speaking is not None:
            if speaking.move.state.doing is not Doing.OVER:
                self._happened(CalleeGone())
                self._note_end("callee_gone")
            self._backstage.note_talk(speaking.prepared, self._wire.now() - self._began_at)
            self._backstage.over(speaking.prepared)
        self._is_over = True

    def _note_end(self, finish: str) -> None:
        logger.info("a conversation is over", extra={"action": "voice_over", "finish": finish, **self._facts})
        self._backstage.note_end(finish)

    @property
    def _facts(self) -> dict[str, object]:
        seconds = round(self._wire.now() - self._began_at, 3)
        return {"call_id": self.call_id, "seconds": seconds}
