"""Render what the next callees will hear, ahead of need, and let the leads that waited for it be called."""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.errors import Unavailable
from worker.domain.speech.back_off import NONE, Rest, rest_engine, rest_text
from worker.domain.speech.pcm import milliseconds, samples_of
from worker.domain.speech.sounds import Rendered
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore, DispatchTransaction
from worker.usecases.dispatch.sound_work import Studio, Work, find_work

logger = logging.getLogger(__name__)

BATCH: Final = 20
"""Texts between two commits, so that a crash loses little and waiting leads go on soon."""
WORKS_FOR: Final = Duration(seconds=5)
"""After this long the task ends and asks for the next one, so that what has become urgent comes first."""


def render_sounds(store: DispatchStore, *, studio: Studio, queue: JobQueue, is_stopping: Callable[[], bool]) -> int:
    """Render missing sounds for a few seconds; return how many were made. A second run finds them made.

    Raises ``Unavailable`` when the database or the store of sounds is away.
    """
    started = studio.clock.now()
    work = find_work(store, studio=studio, now=started)
    made = 0
    while True:
        _release(store, work, queue=queue, now=studio.clock.now())
        is_over = is_stopping() or studio.clock.now() >= started + WORKS_FOR
        batch = {} if is_over else _next_batch(store, work, studio=studio)
        if not batch:
            break
        made += _render(store, batch, work=work, studio=studio)
    if made:
        logger.info("sounds rendered", extra={"action": "sounds_rendered", "sounds": made})
        queue.render_sounds()
    return made


def _next_batch(store: DispatchStore, work: Work, *, studio: Studio) -> dict[str, Rendered]:
    """Take texts of one engine that neither rests nor has used its budget of this minute."""
    by_engine: defaultdict[str, dict[str, Rendered]] = defaultdict(dict)
    for name, text in work.todo.items():
        by_engine[studio.engines.engine_of(text.voice)][name] = text
    if not by_engine:
        return {}
    now = studio.clock.now()
    with store.transaction() as tx:
        resting = {engine for engine, rest in tx.sounds.engines().items() if rest.lasts(now)}
        for engine, texts in by_engine.items():
            wanted = min(BATCH, len(texts))
            per_minute = studio.engines.per_minute(engine)
            if engine not in resting and per_minute is not None:
                wanted = tx.sounds.take_budget(engine, wanted=wanted, per_minute=per_minute, now=now)
            if engine not in resting and wanted:
                return {name: work.todo.pop(name) for name in list(texts)[:wanted]}
    return {}


def _render(store: DispatchStore, batch: Mapping[str, Rendered], *, work: Work, studio: Studio) -> int:
    """Render texts of one engine, keep the sounds, and note what failed: the text's fault, or the engine's."""
    results = studio.engines.render(list(batch.values()))
    now = studio.clock.now()
    lengths: dict[str, int] = {}
    refused: dict[str, Rest] = {}
    outage: Unavailable | None = None
    for name, result in zip(batch, results, strict=True):
        if isinstance(result, bytes):
            studio.sounds.write(name, result)
            lengths[name] = milliseconds(samples_of(result))
        elif isinstance(result, Unavailable):
            outage = result
        else:
            refused[name] = rest_text(work.rest(name), error=str(result), now=now)
    engine = studio.engines.engine_of(next(iter(batch.values())).voice)
    with store.transaction() as tx:
        tx.sounds.note_ready(lengths, now=now)
        tx.sounds.note_failed(refused, now=now)
        _note_engine(tx, engine, outage=outage, now=now)
    work.note_ready(lengths, now=now)
    work.note_failed(refused, now=now)
    if refused:
        extra = {"action": "sounds_refused", "engine": engine, "sounds": len(refused)}
        logger.warning("an engine refuses texts; they are tried again later", extra=extra)
    return len(lengths)


def _note_engine(tx: DispatchTransaction, engine: str, *, outage: Unavailable | None, now: DateTime) -> None:
    before = tx.sounds.engines().get(engine, NONE)
    if outage is not None:
        rest = rest_engine(before, error=str(outage), now=now)
        tx.sounds.note_engine(engine, rest)
        extra = {"action": "engine_failed", "engine": engine, "failures": rest.failures}
        logger.warning("a speech engine fails and is left alone for a while", extra=extra)
    elif before.failures:
        tx.sounds.note_engine(engine, NONE)
        logger.info("a speech engine answers again", extra={"action": "engine_answers", "engine": engine})


def _release(store: DispatchStore, work: Work, *, queue: JobQueue, now: DateTime) -> None:
    """Note which libraries are complete or refused, and let leads be called whose sounds are all ready."""
    complete = work.complete()
    refused = {
        library: work.rest(word)
        for library, words in work.libraries.items()
        for word in words
        if work.rest(word).lasts(now) and not work.rest(library).lasts(now)
    }
    work.note_ready(complete, now=now)
    work.note_failed(refused, now=now)
    served = work.served()
    if not complete and not refused and not served:
        return
    with store.transaction() as tx:
        tx.sounds.note_ready(dict.fromkeys(complete, 0), now=now)
        tx.sounds.note_failed(refused, now=now)
        campaigns = tx.plans.campaigns(tx.sound_waits.release(served, now=now))
    for lead in served:
        del work.waiting[lead]
    for campaign in campaigns.values():
        if campaign.carrier_id is not None:
            queue.plan_carrier(campaign.carrier_id)
