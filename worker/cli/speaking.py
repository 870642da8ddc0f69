"""Builds the voice process of its parts."""

import secrets
from functools import partial

from pendulum import Duration
from uuid_utils.compat import uuid7

from worker.cli.open_files import allow_open_files
from worker.domain.recording import TOKEN_BYTES
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.traces import TRACES
from worker.settings import Settings
from worker.stopping import Stop
from worker.usecases.voice.agents import CallDesk
from worker.usecases.voice.opt_out import opt_out
from worker.usecases.voice.prepare import Prepared, Sounds, delete_left_over, prepare
from worker.voice.desk import DeskWork
from worker.voice.guard import Guard
from worker.voice.server import VoiceOptions, VoiceWork, serve
from worker.wiring import Services

LEFT_OVER_AFTER_LONGEST_CALL = Duration(minutes=1)


def speak(services: Services, settings: Settings, *, host: str, port: int, metrics_port: int, stop: Stop) -> None:
    """Speak with callees until the stop, and for the drain time while calls are up."""
    allow_open_files()
    new_token = None if settings.recordings is None else partial(secrets.token_hex, TOKEN_BYTES)
    sounds = Sounds(services.sounds, services.sound_places, services.sound_names, uuid7, new_token)
    longest = Duration(seconds=settings.longest_call_seconds) + LEFT_OVER_AFTER_LONGEST_CALL
    desk = CallDesk(
        store=services.store,
        queue=services.queue,
        now=services.clock.now,
        new_id=services.new_id,
        chance=services.chance,
    )
    work = VoiceWork(
        prepare=lambda asked: prepare(services.store, sounds=sounds, asked=asked),
        block_callee=lambda call_id: opt_out(services.store, call_id, now=services.clock.now()),
        over=sounds.delete,
        agents=DeskWork(reserve=desk.reserve, connected=desk.connected, failed=desk.failed, release=desk.release),
        talked=partial(_trace, services.clock),
        clean=lambda: delete_left_over(sounds, before=services.clock.now() - longest),
    )
    options = VoiceOptions(
        host=host,
        port=port,
        allow=settings.voice_allow,
        extension_dial=settings.extension_dial,
        recordings=settings.recordings or "",
        metrics_port=metrics_port,
    )
    guard = Guard()
    try:
        serve(options, work, stop=stop, guard=guard)
    finally:
        guard.end()


def _trace(clock: Clock, prepared: Prepared, seconds: float) -> None:
    if prepared.traceparent is not None:
        now, facts = clock.now(), {"call_id": str(prepared.call_id)}
        began = now.subtract(seconds=seconds)
        TRACES.record("conversation", parent=prepared.traceparent, began=began, ended=now, facts=facts)
