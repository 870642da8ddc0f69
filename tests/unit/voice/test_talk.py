"""One conversation, from the connection of a switch to the end of the call."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from worker.domain.ids import CallId
from worker.domain.playlists import playlists_of
from worker.domain.script import Script, script_of
from worker.domain.speech.parts import heard
from worker.domain.template import template_of
from worker.domain.voicemail import VoicemailDetector
from worker.telephony.outbound import CallOnLine, record
from worker.usecases.voice.prepare import Playback, Prepared, Refusal
from worker.voice.around import Desk
from worker.voice.talk import Talk

CALL = CallId(UUID(int=7))
SECONDS = 4.0
"""How long each sound lasts."""


@dataclass
class Alarm:
    at: float
    action: Callable[[], None]
    is_off: bool = False

    def cancel(self) -> None:
        self.is_off = True


@dataclass
class FakeWire:
    """A connection whose time passes only when a test lets it."""

    sent: list[str] = field(default_factory=list)
    is_closed: bool = False
    time: float = 100.0
    alarms: list[Alarm] = field(default_factory=list)

    def write(self, data: bytes) -> None:
        self.sent += [block for block in data.decode().split("\n\n") if block]

    def close(self) -> None:
        self.is_closed = True

    def later(self, seconds: float, action: Callable[[], None]) -> Alarm:
        self.alarms.append(Alarm(self.time + seconds, action))
        return self.alarms[-1]

    def now(self) -> float:
        return self.time

    def pass_time(self, seconds: float) -> None:
        until = self.time + seconds
        while due := [one for one in self.alarms if not one.is_off and one.at <= until]:
            first = min(due, key=lambda one: one.at)
            self.time = first.at
            first.is_off = True
            first.action()
        self.time = until

    def take(self) -> list[str]:
        """Return what was sent since, in short."""
        sent, self.sent = self.sent, []
        return [_short(one) for one in sent]


def _short(command: str) -> str:
    lines = dict(line.split(": ", 1) for line in command.split("\n")[1:])
    match lines.get("call-command"):
        case "execute":
            assert lines["event-lock"] == "true"
            return f"{lines['execute-app-name']} {lines['execute-app-arg']}"
        case "hangup":
            return f"hangup {lines['hangup-cause']}"
        case _:
            return command.replace(str(CALL), "ID")


@dataclass
class FakeBackstage:
    script: Script
    refusal: Refusal | None = None
    is_away: bool = False
    file: str = ""
    detector: VoicemailDetector = VoicemailDetector.NONE
    is_taken: bool = False
    asked: list[CallOnLine] = field(default_factory=list)
    blocked: list[CallId] = field(default_factory=list)
    ended: list[Prepared] = field(default_factory=list)
    desk: Desk | None = None
    needs_agent: bool = False
    waiting: list[Callable[[Prepared | Refusal], None]] = field(default_factory=list)
    first_sounds: list[float] = field(default_factory=list)
    finishes: list[str] = field(default_factory=list)
    talks: list[tuple[CallId, float]] = field(default_factory=list)

    def prepare(self, call: CallOnLine, then: Callable[[Prepared | Refusal], None]) -> None:
        self.asked.append(call)
        if self.is_away:
            self.waiting.append(then)
            return
        then(self.refusal or self.prepared())

    def prepared(self) -> Prepared:
        playbacks = {parts: Playback(heard(parts), SECONDS) for parts in playlists_of(self.script)}
        return Prepared(
            call_id=CALL,
            caller_id="02871",
            script=self.script,
            playbacks=playbacks,
            recording=self.file,
            detector=self.detector,
            needs_agent=self.needs_agent,
        )

    def block_callee(self, call_id: CallId) -> None:
        self.blocked.append(call_id)

    def note_talk(self, prepared: Prepared, seconds: float) -> None:
        self.talks.append((prepared.call_id, seconds))

    def over(self, prepared: Prepared) -> None:
        self.ended.append(prepared)

    def extension_target(self, extension: str, *, caller_id: str) -> str:
        return f"user/{extension or caller_id}"

    def recording(self, name: str) -> bytes:
        return record("/rec", name)

    def note_first_sound(self, seconds: float) -> None:
        self.first_sounds.append(seconds)

    def note_end(self, finish: str) -> None:
        self.finishes.append(finish)

    def may_begin(self, _owner: object, _call_id: CallId) -> bool:
        return not self.is_taken


@dataclass
class Scene:
    """A conversation of which everything around it is a fake."""

    backstage: FakeBackstage
    wire: FakeWire = field(default_factory=FakeWire)
    talk: Talk = field(init=False)

    def __post_init__(self) -> None:
        self.talk = Talk(self.wire, self.backstage)

    def connect(self, *, longest: int = 900) -> list[str]:
        """Have the switch introduce itself; return what it is told."""
        lines = {
            "Unique-ID": CALL, "Core-UUID": "core", "Content-Type": "command/reply", "Reply-Text": "%2BOK%0A",
            "variable_execute_on_answer": f"sched_hangup%20%2B{longest}%20ALLOTTED_TIMEOUT",
        }  # fmt: skip
        self.talk.received(("".join(f"{name}: {value}\n" for name, value in lines.items()) + "\n").encode())
        return self.wire.take()

    def beep(self) -> list[str]:
        return self.event("CUSTOM", Event_Subclass="avmd::beep", Beep_Status="DETECTED")

    def event(self, name: str, **headers: str) -> list[str]:
        named = {key if "variable" in key else key.replace("_", "-"): one for key, one in headers.items()}
        body = json.dumps({"Event-Name": name} | named).encode()
        self.talk.received(b"Content-Length: %d\nContent-Type: text/event-json\n\n%s" % (len(body), body))
        return self.wire.take()

    def done(self, act: int, response: str = "FILE PLAYED") -> list[str]:
        name = f"ca11bea7-0000-4000-8000-{act:012d}"
        return self.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=name, Application_Response=response)

    def press(self, digit: str) -> list[str]:
        at = round((self.wire.time - 100) * 1_000_000) + 5
        return self.event("DTMF", DTMF_Digit=digit, Event_Date_Timestamp=str(at), Caller_Channel_Answered_Time="5")


def scene(body: dict[str, object] | None = None, **backstage: object) -> Scene:
    message: dict[str, object] = {"content": "Xin chào", "max_timeout": 1, "press_timeout": 3}
    script = script_of(template_of({**message, **(body or {})}), values={})  # type: ignore[dict-item]  # JSON
    return Scene(FakeBackstage(script, **backstage))  # type: ignore[arg-type]  # a builder's mixed values


def a_menu(*keys: dict[str, object], **body: object) -> dict[str, object]:
    return {"enable_option": True, "press_options": [{"content": "", **key} for key in keys], **body}


def test_a_message_is_played_at_once_and_the_call_ends_behind_it() -> None:
    it = scene()

    assert it.wire.take() == ["connect"]
    assert it.connect() == [
        "linger 5",
        "filter Unique-ID ID",
        "event json CHANNEL_EXECUTE_COMPLETE CHANNEL_BRIDGE CHANNEL_UNBRIDGE DTMF CHANNEL_HANGUP_COMPLETE",
        "api sched_del ID",
        "api sched_hangup +12 ID SERVICE_UNAVAILABLE",
        "playback Xin chào",
    ]
    assert it.done(1) == ["hangup NORMAL_CLEARING"]
    it.event("CHANNEL_HANGUP_COMPLETE")
    assert it.wire.is_closed


def test_the_process_asks_for_the_call_by_its_id_and_its_switch() -> None:
    it = scene()
    it.connect(longest=60)

    assert it.backstage.asked == [CallOnLine(call_id=CALL, core_id="core", longest_seconds=60)]


def test_the_longest_duration_ends_a_call_before_the_act_is_over() -> None:
    assert "api sched_hangup +6 ID ALLOTTED_TIMEOUT" in scene().connect(longest=5)


def test_a_key_stops_the_message() -> None:
    it = scene(a_menu({"press_num": "1", "content": "Cảm ơn"}))
    it.connect()
    it.wire.pass_time(1)

    stop, *bound, play = it.press("1")

    assert (stop, play) == ("api uuid_break ID all", "playback Cảm ơn")
    assert bound[1].startswith("api sched_hangup +")
    assert it.done(1) == []  # the report of the one that was stopped is late
    assert it.done(2) == ["hangup NORMAL_CLEARING"]


def test_a_menu_waits_plays_again_and_gives_up() -> None:
    it = scene(a_menu({"press_num": "1"}, max_timeout=2))
    it.connect()

    assert it.done(1)[-1] == "api sched_hangup +6 ID SERVICE_UNAVAILABLE"  # three seconds for a key
    it.wire.pass_time(3)
    assert it.wire.take()[-1] == "playback Xin chào"
    it.done(3)
    it.wire.pass_time(3)
    assert it.wire.take() == ["hangup NORMAL_CLEARING"]


def test_a_callee_who_opts_out_is_blocked_and_hears_that() -> None:
    it = scene({"advert": True})
    it.connect()

    told = it.press("9")

    assert it.backstage.blocked == [CALL]
    assert told[-1].startswith("playback Chúng tôi sẽ không gọi")


def test_a_transfer_rings_connects_and_ends() -> None:
    it = scene(a_menu({"press_num": "1", "type": "transfer", "extension": "101"}))
    it.connect()

    assert it.press("1")[-1] == "bridge {originate_timeout=30,ignore_early_media=true}user/101"
    it.done(1)  # of the message that was stopped
    assert it.event("CHANNEL_BRIDGE") == ["api sched_del ID", "api sched_hangup +901 ID ALLOTTED_TIMEOUT"]
    it.done(1)
    assert it.done(2, "_none_") == ["hangup NORMAL_CLEARING"]


def test_an_extension_that_is_busy_leads_to_what_stands_behind_the_transfer() -> None:
    it = scene(a_menu({"press_num": "1", "type": "transfer"}, exit_sound={"content": "Tạm biệt"}))
    it.connect()

    assert it.press("1")[-1] == "bridge {originate_timeout=30,ignore_early_media=true}user/02871"  # the hotline
    assert it.done(2, "_none_")[-1] == "playback Tạm biệt"


def test_a_missing_file_ends_the_call_with_a_cause_of_ours() -> None:
    it = scene()
    it.connect()

    assert it.done(1, "FILE NOT FOUND") == ["hangup SERVICE_UNAVAILABLE"]


def test_a_playback_whose_end_is_not_reported_ends_the_call() -> None:
    it = scene()
    it.connect()

    it.wire.pass_time(SECONDS + 5)

    assert it.wire.take() == ["hangup SERVICE_UNAVAILABLE"]
    it.wire.pass_time(3)
    assert it.wire.is_closed


@pytest.mark.parametrize("refusal", Refusal)
def test_a_callee_to_whom_nothing_can_be_said_is_let_go_at_once(refusal: Refusal) -> None:
    assert scene(refusal=refusal).connect()[-1] == "hangup SERVICE_UNAVAILABLE"


def test_a_connection_that_is_not_prepared_in_time_is_closed() -> None:
    """The switch then runs its next action, which ends the call."""
    it = scene(is_away=True)
    it.connect()

    it.wire.pass_time(1.5)

    assert it.wire.is_closed


def test_a_switch_that_says_nothing_is_let_go() -> None:
    it = scene()
    it.wire.pass_time(1.5)

    assert it.wire.is_closed


def test_a_second_connection_for_a_call_is_closed() -> None:
    it = scene(is_taken=True)

    assert it.connect() == ["connect"]
    assert it.wire.is_closed


def test_a_stream_that_cannot_be_read_is_closed() -> None:
    it = scene()
    it.talk.received(b"Content-Length: x\n\n")

    assert it.wire.is_closed


def test_what_exists_for_a_call_only_is_deleted_once_however_it_ends() -> None:
    gone, lost = scene(), scene()
    for it in (gone, lost):
        it.connect()
    gone.event("CHANNEL_HANGUP_COMPLETE")
    gone.talk.lost()
    lost.talk.lost()

    assert (len(gone.backstage.ended), len(lost.backstage.ended)) == (1, 1)
    assert lost.press("1") == []


def test_a_call_that_ended_while_it_was_prepared_is_not_spoken_with() -> None:
    it = scene(is_away=True)
    it.connect()
    it.talk.lost()

    it.backstage.waiting[0](it.backstage.prepared())

    assert it.wire.take() == []
    assert len(it.backstage.ended) == 1


def test_what_ended_each_conversation_is_counted_and_how_soon_it_began() -> None:
    spoken, gone, refused, late = scene(), scene(is_away=True), scene(refusal=Refusal.NO_SOUND), scene(is_away=True)
    for it in (spoken, gone, refused, late):
        it.connect()
    gone.wire.pass_time(0.25)
    gone.backstage.waiting[0](gone.backstage.prepared())
    gone.event("CHANNEL_HANGUP_COMPLETE")
    late.wire.pass_time(10)

    assert [it.backstage.first_sounds for it in (spoken, gone, refused, late)] == [[0.0], [0.25], [], []]
    assert [it.backstage.finishes for it in (gone, refused, late)] == [["callee_gone"], ["no_sound"], ["too_late"]]


def test_a_recorded_call_says_so_and_records_behind_that_sentence() -> None:
    template = template_of({"content": "Xin chào", "language": "en"})
    it = Scene(FakeBackstage(script_of(template, values={}, consent=""), file="a.wav"))

    first = it.connect()[-1]
    then = it.done(1)

    assert first == "playback This call is recorded."
    assert then == [
        "set callbeat_recording=a.wav",
        "record_session /rec/a.wav",
        "api sched_del ID",
        "api sched_hangup +12 ID SERVICE_UNAVAILABLE",
        "playback Xin chào",
    ]


def test_the_detector_of_beeps_is_started_before_the_message_and_its_beep_ends_the_call() -> None:
    it = scene({"voicemail": "hang_up"}, detector=VoicemailDetector.AVMD)

    first = it.connect()

    assert first[4:6] == ["event json CUSTOM avmd::beep", "avmd_start "]
    assert first[-1] == "playback Xin chào"
    assert it.beep() == ["api uuid_break ID all", "hangup NORMAL_CLEARING"]
    assert it.backstage.finishes == ["machine"]


def test_a_machine_that_the_switchs_own_detector_has_found_gets_the_message_behind_its_beep() -> None:
    it = scene({"voicemail": "leave_message"}, detector=VoicemailDetector.AMD_RESULT)
    it.connect()

    found = it.event("CHANNEL_EXECUTE_COMPLETE", variable_amd_result="MACHINE", **_application(99))

    assert (found[0], found[-2:]) == ("api uuid_break ID all", ["event json CUSTOM avmd::beep", "avmd_start "])
    assert it.beep()[-1] == "playback Xin chào"


def test_a_machine_that_is_treated_as_a_person_is_marked_so_and_no_detector_is_started() -> None:
    it = scene({"voicemail": "answered"}, detector=VoicemailDetector.AVMD)

    told = it.connect()

    assert "set callbeat_voicemail=answered" in told
    assert not any("avmd" in one for one in told)


def _application(act: int) -> dict[str, str]:
    return {"Application_UUID": f"ca11bea7-0000-4000-8000-{act:012d}", "Application_Response": "FILE PLAYED"}
