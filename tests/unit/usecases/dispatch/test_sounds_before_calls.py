"""Promise 7: who would hear nothing is not dialled. Sounds are rendered ahead, and nobody else waits for them."""

from collections.abc import Iterator

import pytest
from pendulum import DateTime
from sqlalchemy import event, select, update
from typing_extensions import override

from tests.builders import (
    CAMPAIGN,
    CARRIER,
    HANOI,
    NOON,
    TEMPLATE,
    TENANT,
    add_leads,
    fill_store,
    stored_settings,
    viettel,
)
from tests.fakes.database import empty_database
from tests.fakes.engines import FakeEngines, FakeSounds, some_names
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import call_row, lead_rows
from worker.domain.call import CallState
from worker.domain.errors import Rejected, Unavailable
from worker.domain.ids import LeadId
from worker.domain.json_value import Json
from worker.domain.lead import Stage
from worker.domain.reason import Reason, Why
from worker.domain.speech.pcm import milliseconds, samples_of
from worker.ports.records.entities import Tenant
from worker.store.base.sound_tables import sounds
from worker.store.base.tables import carriers, leads, templates
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.drop_unused_sounds import UNUSED_FOR, drop_unused_sounds
from worker.usecases.dispatch.hold_soundless import LOOKED_AT_AGAIN
from worker.usecases.dispatch.render_sounds import BATCH, render_sounds
from worker.usecases.dispatch.sound_work import Studio
from worker.usecases.records.explain import explain_campaign, explain_lead

OWNER = Tenant(id=TENANT, name="default", timezone=HANOI)


class Speaking(World):
    """A world in which callees are spoken with."""

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        self.spoken = some_names()
        self.names = self.spoken
        self.engines = FakeEngines()
        self.sounds = FakeSounds()

    @property
    def studio(self) -> Studio:
        return Studio(engines=self.engines, sounds=self.sounds, names=self.spoken, clock=self.clock)

    def render(self) -> int:
        return render_sounds(self.store, studio=self.studio, queue=self.queue, is_stopping=lambda: False)

    def say(self, content: str, **body: Json) -> None:
        with self.store.transaction() as tx:
            changed = update(templates).where(templates.c.id == TEMPLATE)
            tx.connection.execute(changed.values(body={"content": content, **body}))

    def why(self, lead: LeadId) -> tuple[Why, ...]:
        return explain_lead(self.store, tenant=OWNER, lead_id=lead, names=self.names, now=self.clock.now()).reasons

    def why_campaign(self) -> tuple[Why, ...]:
        return explain_campaign(self.store, tenant=OWNER, campaign_id=CAMPAIGN, now=self.clock.now()).reasons

    def next_plan(self) -> DateTime | None:
        with self.store.reading() as tx:
            return tx.connection.scalar(select(carriers.c.next_plan_at).where(carriers.c.id == CARRIER))


@pytest.fixture
def world() -> Iterator[Speaking]:
    engine = empty_database()
    made = Speaking(SqlStore(engine))
    fill_store(made.store)
    made.say("Xin chào {{name}}")
    yield made
    engine.dispose()


def named(world: Speaking, *names: str) -> list[LeadId]:
    """Add a lead for each name."""
    phones = viettel(len(names))
    made = add_leads(world.store, phones)
    with world.store.transaction() as tx:
        for phone, name in zip(phones, names, strict=True):
            tx.connection.execute(update(leads).where(leads.c.phone == phone).values(additional={"name": name}))
    return made


def test_nobody_is_called_before_the_sounds_are_there_and_then_at_once(world: Speaking) -> None:
    (lead,) = named(world, "Ngô Ý")

    assert world.plan() == []
    assert [(row.stage, row.due_at) for row in lead_rows(world)] == [(Stage.NEW, NOON + LOOKED_AT_AGAIN)]
    assert world.queue.renderings == 1
    assert world.why(lead)[0] == Why(Reason.SOUND_NOT_READY)
    assert Why(Reason.SOUND_NOT_READY, in_use=1) in world.why_campaign()

    assert world.render() == 2
    assert world.queue.plans[-1] == CARRIER
    assert len(world.dial()) == 1
    assert Reason.SOUND_NOT_READY not in {why.reason for why in world.why_campaign()}


def test_sounds_are_made_ahead_each_text_once(world: Speaking) -> None:
    named(world, "Ngô Ý", "Đỗ Ân", "Ngô Ý")

    world.render()
    world.render()

    assert sorted(world.engines.rendered) == ["Ngô Ý", "Xin chào", "Đỗ Ân"]
    assert len(world.dial()) == 3
    kept = {milliseconds(samples_of(file)) for file in world.sounds.files.values()}
    assert kept == {50, 80}


def test_a_lead_without_its_sounds_keeps_nobody_else_waiting(world: Speaking) -> None:
    first, second = named(world, "Ngô Ý", "Đỗ Ân")
    world.engines.fails["Ngô Ý"] = Rejected("text too long")
    world.render()

    (call_id,) = world.dial()

    assert call_row(world, call_id).lead_id == second
    assert world.why(first)[0] == Why(Reason.SOUND_FAILED, until=NOON.add(minutes=1), cause="text too long")
    assert world.queue.plans[-1] == CARRIER, "the place of one that failed goes to the next lead at once"


def test_others_are_looked_for_a_second_later_while_sounds_are_made(world: Speaking) -> None:
    named(world, "Ngô Ý")
    world.plan()

    assert world.next_plan() == NOON.add(seconds=1)


def test_a_text_that_was_refused_is_tried_again_after_growing_pauses(world: Speaking) -> None:
    named(world, "Ngô Ý")
    world.engines.fails["Ngô Ý"] = Rejected("text too long")
    world.render()
    world.clock.wait(61)
    world.render()
    del world.engines.fails["Ngô Ý"]

    world.clock.wait(90)
    assert world.render() == 0
    world.clock.wait(40)
    assert world.render() == 1


def test_an_engine_that_fails_is_left_alone_and_why_has_its_words(world: Speaking) -> None:
    (lead,) = named(world, "Ngô Ý")
    world.plan()
    world.engines.fails["*"] = Unavailable("engine answered 401: no credit")

    assert world.render() == 0
    del world.engines.fails["*"]
    assert world.render() == 0, "it rests for two seconds"

    expected = Why(Reason.SOUND_FAILED, until=NOON.add(seconds=2), cause="engine answered 401: no credit")
    assert world.why(lead)[0] == expected
    world.clock.wait(2)
    assert world.render() == 2
    assert len(world.dial()) == 1


def test_numbers_are_spoken_from_a_library_that_is_made_once(world: Speaking) -> None:
    world.say("Bạn nợ {{name}} đồng")
    named(world, "5", "12.345.678")

    world.render()

    made = world.engines.rendered
    assert len(made) == len(set(made))
    assert {"năm", "triệu", "Bạn nợ"} <= set(made)
    assert len(world.dial()) == 2


def test_a_library_with_a_word_that_is_refused_is_told(world: Speaking) -> None:
    world.say("Bạn nợ {{name}} đồng")
    (lead,) = named(world, "5")
    world.engines.fails["tỷ"] = Rejected("tỷ?")

    world.render()

    assert world.plan() == []
    assert (world.why(lead)[0].reason, world.why(lead)[0].cause) == (Reason.SOUND_FAILED, "tỷ?")


def test_the_budget_of_a_minute_is_kept(world: Speaking) -> None:
    named(world, "Ngô Ý", "Đỗ Ân")
    world.engines.budget = 2

    made = [world.render()]
    world.clock.wait(60)
    made.append(world.render())

    assert made == [2, 1]


def test_a_change_between_plan_and_dial_cancels_the_call(world: Speaking) -> None:
    named(world, "Ngô Ý")
    world.render()
    (call_id,) = world.plan()
    world.say("Kính chào {{name}}")

    assert world.place([call_id]) == 0

    row = call_row(world, call_id)
    assert (row.state, row.reason) == (CallState.CANCELLED, Reason.SOUND_NOT_READY)
    world.plan()
    world.render()
    assert len(world.dial()) == 1


def test_a_lost_file_is_made_again_before_the_call(world: Speaking) -> None:
    named(world, "Ngô Ý")
    world.render()
    world.sounds.files.clear()

    assert world.render() == 2
    assert len(world.dial()) == 1


def test_an_upload_that_is_not_there_holds_the_call(world: Speaking) -> None:
    world.say("", voice_type="audio_file", audio_file="a1")
    named(world, "Ngô Ý")

    assert world.plan() == []

    with world.store.transaction() as tx:
        tx.sounds.note_ready({"ua1": 1000}, now=NOON)
    world.render()
    assert len(world.dial()) == 1


@pytest.mark.parametrize("speaks", [True, False])
def test_leads_without_a_template_of_ours_cost_no_statement(world: Speaking, speaks: bool) -> None:  # noqa: FBT001
    fill_without = stored_settings()
    assert fill_without.template_uuid == TEMPLATE
    world.names = world.spoken if speaks else None
    with world.store.transaction() as tx:
        tx.connection.execute(update(leads).values(template_id=None))
        tx.connection.exec_driver_sql("UPDATE campaigns SET template_id = NULL")
    named(world, "Ngô Ý")
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    engine = world.store._engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert len(world.dial()) == 1
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert not [one for one in statements if "sound" in one or "templates" in one]


def test_without_voice_of_ours_no_sound_is_needed(world: Speaking) -> None:
    world.names = None
    named(world, "Ngô Ý")

    assert len(world.dial()) == 1


def test_work_is_committed_batch_by_batch(world: Speaking) -> None:
    named(world, *(f"Tên {letter}" for letter in "abcdefghijklmnopqrstuvwxyz"))
    stops = iter([False, True])

    made = render_sounds(world.store, studio=world.studio, queue=world.queue, is_stopping=lambda: next(stops))

    assert made == BATCH
    with world.store.reading() as tx:
        assert len(tx.connection.execute(select(sounds)).all()) == BATCH


def test_sounds_that_nobody_needed_for_long_are_deleted_and_others_stay(world: Speaking) -> None:
    named(world, "Ngô Ý")
    world.render()
    with world.store.transaction() as tx:
        tx.sounds.note_ready({"ua1": 5}, now=NOON)
    world.clock.wait(UNUSED_FOR.total_seconds() - 86_400)
    world.say("Xin chào")
    world.render()

    world.clock.wait(2 * 86_400)
    drop_unused_sounds(world.store, sounds=world.sounds, now=world.clock.now())

    assert len(world.sounds.files) == 1
    with world.store.reading() as tx:
        names = set(tx.connection.scalars(select(sounds.c.name)))
    assert names == {"ua1", *world.sounds.files}
