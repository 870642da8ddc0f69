"""The same request with a key is done once, however often and however many at once, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, NOON, TENANT, fill_store
from worker.domain.errors import Conflict, Reused
from worker.domain.ids import ListId
from worker.domain.repeated_request import ANSWERS_KEPT
from worker.ports.paging import Slice
from worker.ports.records.answers import KeptAnswer, KeyedRequest
from worker.ports.records.entities import ListRecord
from worker.store.joined import JoinedStore
from worker.store.transaction import SqlStore
from worker.usecases.records.answer_once import AnsweredBefore, claim_key, find_answer, keep_answer
from worker.usecases.records.save_list import create_list

AT_ONCE = 8
ASKED = KeyedRequest(TENANT, key="k", fingerprint="f")


@pytest.fixture(autouse=True)
def _campaign(store: SqlStore) -> None:
    fill_store(store)


def lists_of(store: SqlStore) -> int:
    with store.reading() as tx:
        return tx.lists.page(TENANT, Slice(1, 0)).total


def a_list(*, name: str) -> ListRecord:
    return ListRecord(
        id=ListId(uuid7()),
        tenant_id=TENANT,
        campaign_id=CAMPAIGN,
        name=name,
        description="",
        active=True,
        created_at=NOON,
        updated_at=NOON,
    )


def add_list(store: SqlStore, *, name: str) -> None:
    create_list(store, a_list(name=name))


def do_once(store: SqlStore, *, name: str, meanwhile: Callable[[], object] = lambda: None) -> str:
    """Add a list as the API does with a key; return what is answered."""
    joined = JoinedStore(store, first=claim_key(request=ASKED, now=NOON))
    try:
        add_list(joined, name=name)
        meanwhile()
        joined.finish(keep_answer(ASKED, status=200, body=name, now=NOON))
    except AnsweredBefore as before:
        return before.answer.body
    except Conflict as error:
        return str(error)
    finally:
        joined.give_up()
    return name


def test_many_at_once_add_one_list(store: SqlStore) -> None:
    before = lists_of(store)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        told = list(threads.map(lambda number: do_once(store, name=f"new {number}"), range(AT_ONCE)))

    assert lists_of(store) == before + 1
    answers = {one for one in told if not one.startswith("a request with this Idempotency-Key still runs")}
    found = find_answer(store, request=ASKED, now=NOON)
    assert found is not None
    assert answers == {found.body}


def test_a_second_request_waits_for_the_first_or_is_told_that_it_runs(store: SqlStore) -> None:
    before, first_has_written = lists_of(store), Event()
    with ThreadPoolExecutor(1) as threads:
        # SQLite lets no second writer begin; PostgreSQL does, and the second one is told at once.
        second = threads.submit(lambda: first_has_written.wait(10) and do_once(store, name="second"))
        told = do_once(store, name="first", meanwhile=first_has_written.set)

    assert told == "first"
    assert second.result() in {"first", "a request with this Idempotency-Key still runs: send it again later"}
    assert lists_of(store) == before + 1


def test_what_fails_before_its_answer_is_kept_is_not_done(store: SqlStore) -> None:
    before = lists_of(store)

    def die() -> None:
        raise RuntimeError("the process ends here")

    with pytest.raises(RuntimeError):
        do_once(store, name="lost", meanwhile=die)

    assert lists_of(store) == before
    assert do_once(store, name="again") == "again"


def test_an_answer_is_kept_for_a_day_and_then_swept(store: SqlStore) -> None:
    do_once(store, name="first")
    late = NOON + ANSWERS_KEPT

    assert find_answer(store, request=ASKED, now=late.subtract(seconds=1)) == KeptAnswer("f", 200, "first")
    assert find_answer(store, request=ASKED, now=late) is None
    with store.transaction() as tx:
        assert tx.answers.drop_old(before=NOON.subtract(seconds=1), limit=10) == 0
        assert tx.answers.drop_old(before=late - ANSWERS_KEPT, limit=10) == 1


def test_a_key_whose_answer_is_too_old_is_new(store: SqlStore) -> None:
    do_once(store, name="first")
    late = NOON + ANSWERS_KEPT
    with store.transaction() as tx:
        claim_key(request=ASKED, now=late)(tx)
        keep_answer(ASKED, status=200, body="second", now=late)(tx)

    assert find_answer(store, request=ASKED, now=late) == KeptAnswer("f", 200, "second")


def test_another_request_with_the_key_is_refused(store: SqlStore) -> None:
    do_once(store, name="first")

    with pytest.raises(Reused):
        find_answer(store, request=KeyedRequest(TENANT, key="k", fingerprint="other"), now=NOON)


def test_reads_within_the_transaction_see_what_it_wrote(store: SqlStore) -> None:
    before, seen = lists_of(store), []
    joined = JoinedStore(store, first=lambda _: None)

    add_list(joined, name="new")
    seen += [lists_of(joined), lists_of(store)]
    joined.finish(lambda tx: tx.after_commit(lambda: seen.append(lists_of(joined))))

    assert seen == [before + 1, before, before + 1]


def test_an_error_in_one_transaction_undoes_that_one_alone(store: SqlStore) -> None:
    before, sent = lists_of(store), []
    joined = JoinedStore(store, first=lambda _: None)
    add_list(joined, name="new")

    def add_two(first: str, second: str) -> None:
        with joined.transaction() as tx:
            tx.after_commit(lambda: sent.append(first))
            tx.lists.add(a_list(name=first))
            tx.lists.add(a_list(name=second))

    with pytest.raises(Conflict):
        add_two("second", "new")
    add_two("third", "fourth")
    joined.finish(lambda _: None)

    assert (lists_of(store), sent) == (before + 3, ["third"])


def test_what_is_given_up_is_undone(store: SqlStore) -> None:
    before, joined = lists_of(store), JoinedStore(store, first=lambda _: None)
    add_list(joined, name="new")

    joined.give_up()
    joined.give_up()

    assert lists_of(store) == before
    add_list(store, name="new")
