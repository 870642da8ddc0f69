"""What is known of sounds, and which leads wait for them, on each database."""

from collections.abc import Sequence

from pendulum import Duration
from sqlalchemy import select, update

from tests.builders import CAMPAIGN, NOON, TEMPLATE, add_leads, fill_store, stored_settings, viettel
from worker.domain.campaign import Status
from worker.domain.ids import LeadId
from worker.domain.lead import Stage
from worker.domain.speech.back_off import NONE, Rest, rest_engine, rest_text
from worker.ports.dispatch.sound_rows import SoundState
from worker.store.base.sound_tables import sound_waits
from worker.store.base.tables import campaigns, leads
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.sound_key import sound_key

LATER = NOON.add(minutes=5)
REST = Rest(2, NOON.add(minutes=1), "too long")


def held(store: SqlStore, lead_ids: Sequence[LeadId]) -> None:
    """Make leads wait as a plan does."""
    with store.transaction() as tx:
        tx.connection.execute(update(leads).where(leads.c.id.in_(lead_ids)).values(stage=Stage.CALLING))
        tx.speech.wait(dict.fromkeys(lead_ids, Stage.NEW), until=LATER)
        tx.sound_waits.hold(dict.fromkeys(lead_ids, CAMPAIGN), until=LATER)


def test_all_processes_name_sounds_by_the_first_key(store: SqlStore) -> None:
    first = sound_key(store, new_key=lambda: b"first")

    assert sound_key(store, new_key=lambda: b"second") == first == b"first"
    with store.transaction() as tx:
        assert tx.sounds.keep_key(b"third") == b"first"


def test_a_sound_is_ready_or_has_failed(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.sounds.note_failed({"ra": REST, "rb": REST}, now=NOON)
        tx.sounds.note_ready({"rb": 900}, now=NOON)
        tx.sounds.note_ready({}, now=NOON)

    with store.reading() as tx:
        assert tx.sounds.known(["ra", "rb", "rc"]) == {
            "ra": SoundState(is_ready=False, used_at=NOON, rest=REST),
            "rb": SoundState(is_ready=True, used_at=NOON),
        }
        assert tx.sounds.known([]) == {}


def test_only_rendered_sounds_that_are_unused_are_forgotten(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.sounds.note_ready({"ra": 1, "rb": 1, "lc": 0, "ud": 1}, now=NOON)
        tx.sounds.note_used(["rb"], now=LATER)

    with store.transaction() as tx:
        assert sorted(tx.sounds.unused(since=LATER, limit=9)) == ["lc", "ra"]
        tx.sounds.note_used(["lc"], now=LATER)
        assert tx.sounds.forget(["ra", "lc"], unused_since=LATER) == ["ra"]
        assert sorted(tx.sounds.known(["ra", "rb", "lc", "ud"])) == ["lc", "rb", "ud"]


def test_engines_rest_and_have_a_budget_of_a_minute(store: SqlStore) -> None:
    with store.transaction() as tx:
        assert [tx.sounds.take_budget("a", wanted=3, per_minute=5, now=NOON) for _ in range(3)] == [3, 2, 0]
        assert tx.sounds.take_budget("a", wanted=3, per_minute=5, now=NOON.add(seconds=59)) == 0
        assert tx.sounds.take_budget("a", wanted=3, per_minute=5, now=NOON.add(minutes=1)) == 3
        assert tx.sounds.engines() == {}
        tx.sounds.note_engine("a", REST)
        assert tx.sounds.engines() == {"a": REST}
        tx.sounds.note_engine("a", NONE)
        assert tx.sounds.engines() == {}


def test_leads_wait_and_are_released_where_nothing_else_moved_them(store: SqlStore) -> None:
    fill_store(store)
    waits, moved, done = add_leads(store, viettel(3))
    held(store, [waits, moved, done])
    with store.transaction() as tx:
        tx.connection.execute(update(leads).where(leads.c.id == moved).values(due_at=LATER.add(hours=1)))
        tx.connection.execute(update(leads).where(leads.c.id == done).values(stage=Stage.DONE))
        assert tx.sound_waits.count([CAMPAIGN], now=NOON) == {CAMPAIGN: 3}
        assert tx.sound_waits.of_running(limit=9, now=NOON) == {waits: TEMPLATE, moved: TEMPLATE}

        assert tx.sound_waits.release([waits, moved, done], now=NOON) == {CAMPAIGN}
        assert tx.sound_waits.release([waits], now=NOON) == set()
        assert tx.sound_waits.release([], now=NOON) == set()

    with store.reading() as tx:
        due = {row.id: row.due_at for row in tx.connection.execute(select(leads.c.id, leads.c.due_at))}
    assert due == {waits: NOON, moved: LATER.add(hours=1), done: LATER}


def test_waits_lapse(store: SqlStore) -> None:
    fill_store(store)
    held(store, add_leads(store, viettel(1)))

    with store.transaction() as tx:
        assert tx.sound_waits.of_running(limit=9, now=LATER) == {}
        tx.sound_waits.drop_lapsed(now=LATER)
        assert tx.connection.execute(select(sound_waits)).all() == []


def test_the_next_leads_of_running_campaigns_are_found_in_the_order_of_their_calls(store: SqlStore) -> None:
    fill_store(store, stored_settings())
    (late,) = add_leads(store, viettel(1), due_at=NOON.add(minutes=9))
    (soon,) = add_leads(store, viettel(1, start=1), stage=Stage.RECALL)
    add_leads(store, viettel(1, start=2), due_at=NOON.add(hours=1))
    add_leads(store, viettel(1, start=3), stage=Stage.DONE)

    def found(most: int) -> list[LeadId]:
        with store.reading() as tx:
            return list(tx.sound_waits.next_of_running(per_campaign=most, until=NOON.add(minutes=10)))

    assert found(9) == [soon, late]
    assert found(1) == [soon]
    with store.transaction() as tx:
        tx.connection.execute(update(campaigns).values(status=Status.STOP))
    assert found(9) == []


def test_pauses_grow_to_their_bounds() -> None:
    engine, text = NONE, NONE
    pauses: list[tuple[Duration, Duration]] = []
    for _ in range(40):
        engine = rest_engine(engine, error="e" * 1000, now=NOON)
        text = rest_text(text, error="", now=NOON)
        assert engine.retry_at is not None
        assert text.retry_at is not None
        pauses.append((engine.retry_at - NOON, text.retry_at - NOON))

    assert pauses[0] == (Duration(seconds=2), Duration(minutes=1))
    assert pauses[1] == (Duration(seconds=4), Duration(minutes=2))
    assert pauses[-1] == (Duration(minutes=1), Duration(hours=1))
    assert len(engine.error) == 300
    assert engine.lasts(NOON)
    assert not engine.lasts(NOON.add(minutes=1))
