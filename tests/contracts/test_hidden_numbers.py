"""Numbers of a campaign with ``enable_encrypt`` stand in no row in clear, and all rules work as with other numbers."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, text

from tests.builders import CAMPAIGN, CARRIER, HANOI, NOON, TENANT, add_leads, fill_store, list_of, stored_settings
from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeWakeups
from tests.fakes.jobs import FakeJobQueue
from worker.domain.call import CallState, HungUp
from worker.domain.campaign import AUTOCALL
from worker.domain.campaign_settings import HIDES_NUMBERS, CampaignChanges
from worker.domain.errors import Invalid, Unavailable
from worker.domain.hangup import Hangup
from worker.domain.hidden_text import is_hidden
from worker.domain.ids import LeadId
from worker.domain.lead import Ending, Stage
from worker.domain.list_refresh import Refresh
from worker.domain.network import Network
from worker.domain.number_sealing import SEALED_TOGETHER, SealingStage
from worker.ports.dispatch.call_rows import Dial
from worker.ports.paging import Slice
from worker.ports.records.entities import BlockedNumber, CdrFilter, DuplicateScope, LeadFilter, Tenant
from worker.store.base.engine import make_engine
from worker.store.base.keyring import SecretUnreadable, key_id
from worker.store.base.tables import calls, leads, metadata
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.finish_calls import finish_calls
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records.call_now import CallRequest, call_now
from worker.usecases.records.erase_person import erase_person
from worker.usecases.records.import_leads import DUPLICATE, Draft, LeadImport, import_leads
from worker.usecases.records.refresh_list import run_refreshes
from worker.usecases.records.rotate_secret_key import count_secrets, keys_of, rotate_secret_key
from worker.usecases.records.save_campaign import CampaignEdit, save_campaign
from worker.usecases.records.seal_numbers import seal_numbers

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
WHO = Tenant(id=TENANT, name="default", timezone=HANOI)
PHONE, OTHER, SINGLE = "0981000001", "0981000002", "0981000003"
LATER = NOON.add(seconds=30)
Begin = Callable[..., SqlStore]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def process(request: pytest.FixtureRequest) -> Iterator[Begin]:
    """Return a function that starts a process with these keys: its store."""
    url, engines = str(request.getfixturevalue(f"{request.param}_url")), list[Engine]()

    def begin(*keys: bytes) -> SqlStore:
        engines.append(make_engine(url, keys=keys))
        return SqlStore(engines[-1])

    yield begin
    for engine in engines:
        engine.dispose()


@pytest.fixture
def store(process: Begin) -> SqlStore:
    """Fill a store whose secrets are encrypted."""
    made = process(OLD)
    recalled = {"recall_times": 3, "recall_status": ("busy",), "callback_url": "http://crm.example/cdr"}
    fill_store(made, stored_settings(type=AUTOCALL, **recalled))
    rotate_secret_key(made, keys=[key_id(OLD)], now=NOON)
    return made


def switch(store: SqlStore, queue: FakeJobQueue, *, to: bool) -> None:
    changes = CampaignChanges(extras={HIDES_NUMBERS: to})
    edit = CampaignEdit(tenant=WHO, campaign_id=CAMPAIGN, changes=changes)
    save_campaign(store, queue=queue, wakeups=FakeWakeups(FakeClock(NOON)), edit=edit, now=NOON, new_id=uuid4)


def settle(store: SqlStore) -> None:
    """Seal until nothing is left."""
    for second in range(50):
        seal_numbers(store, now=LATER.add(seconds=2 * second))
        with store.reading() as tx:
            if not tx.number_sealings.due(now=LATER.add(days=1), limit=1):
                return
    pytest.fail("the numbers never settle")


def added(
    store: SqlStore, queue: FakeJobQueue, *phones: str, scope: DuplicateScope = DuplicateScope.CAMPAIGN
) -> dict[int, str]:
    """Import the numbers; return the problems of the rows."""
    drafts = [Draft(row=row, phone_number=phone) for row, phone in enumerate(phones)]
    wanted = LeadImport(WHO, list_of(CAMPAIGN), drafts, scope)
    return dict(import_leads(store, queue=queue, wanted=wanted, now=NOON, new_id=uuid4).problems)


def call_once(store: SqlStore, queue: FakeJobQueue) -> None:
    """Plan, dial and end a call of every lead that waits."""
    plan_carrier(store, queue=queue, carrier_id=CARRIER, now=LATER, new_id=uuid4)
    with store.transaction() as tx:
        planned = tx.calls.lock(queue.calls, states=[CallState.QUEUED])
        tx.calls.move_to_dialing([Dial(call.id, "s1", "", 1, over_by=LATER) for call in planned], now=NOON)
    with store.transaction() as tx:
        up = tx.calls.lock([call.id for call in planned], states=[CallState.DIALING])
        busy = Hangup(cause="USER_BUSY", answered=False, replied=True)
        ends = [(one, HungUp(one.id, busy, started_at=NOON, ended_at=NOON.add(seconds=5))) for one in up]
        finish_calls(tx, queue=queue, ended=ends, now=LATER, new_id=uuid4)


def in_clear(store: SqlStore) -> list[str]:
    """Return the columns of the database in which one of the numbers stands, in whatever form."""
    found = set()
    with store.reading() as tx:
        for name in metadata.tables:
            for row in tx.connection.execute(text(f"SELECT * FROM {name}")).mappings():  # noqa: S608 - our tables
                found |= {
                    f"{name}.{column}" for column, value in row.items() if re.search(r"9[ .]?810{5}\d", str(value))
                }
    return sorted(found)


def phones_of(store: SqlStore) -> set[str]:
    with store.reading() as tx:
        return {str(lead.phone) for lead in tx.lead_records.page(TENANT, Slice(100), wanted=LeadFilter()).rows}


def day(store: SqlStore, queue: FakeJobQueue) -> None:
    """Import, call at once, plan, dial and end."""
    assert added(store, queue, PHONE, OTHER) == {}
    request = CallRequest(tenant=WHO, campaign_id=CAMPAIGN, phone_number=SINGLE, additional={"phone_number": SINGLE})
    call_now(store, queue=queue, request=request, now=NOON, new_id=uuid4)
    call_once(store, queue)


def test_numbers_stand_nowhere_in_clear_and_are_whole_where_they_are_used(store: SqlStore, queue: FakeJobQueue) -> None:
    switch(store, queue, to=True)
    settle(store)

    day(store, queue)

    assert in_clear(store) == []
    assert phones_of(store) == {PHONE, OTHER, SINGLE}
    with store.reading() as tx:
        cdrs = tx.cdrs.older(TENANT, limit=10, wanted=CdrFilter())
        due = tx.deliveries.due("crm.example", wanted={(TENANT, "http://crm.example/cdr"): 10}, now=LATER, besides=[])
    assert {str(cdr.phone) for cdr in cdrs} == {PHONE, OTHER, SINGLE}
    assert [phone for phone in (PHONE, OTHER, SINGLE) if not any(f'"{phone}"' in one.body for one in due)] == []


def test_switching_on_encrypts_what_is_stored_and_off_decrypts_it(store: SqlStore, queue: FakeJobQueue) -> None:
    day(store, queue)
    assert in_clear(store) == ["calls.phone", "deliveries.body", "leads.additional", "leads.phone"]

    switch(store, queue, to=True)
    settle(store)
    assert in_clear(store) == []
    assert phones_of(store) == {PHONE, OTHER, SINGLE}

    switch(store, queue, to=False)
    settle(store)
    assert in_clear(store) == ["calls.phone", "deliveries.body", "leads.phone"]
    with store.reading() as tx:
        assert tx.connection.execute(text("SELECT * FROM number_sealings")).all() == []
        assert not any(map(is_hidden, tx.connection.scalars(select(calls.c.phone))))


def test_a_run_that_is_killed_in_the_middle_goes_on(store: SqlStore, queue: FakeJobQueue) -> None:
    many = [f"09810{number:05}" for number in range(2 * SEALED_TOGETHER + 1)]
    add_leads(store, many)
    switch(store, queue, to=True)
    sealed = []
    for second in range(4):  # a process that runs one batch and dies
        with store.reading() as tx:
            (work,) = tx.number_sealings.due(now=LATER, limit=1)
        with store.transaction() as tx:
            assert tx.number_sealings.lock(work)
            tx.number_sealings.change_leads(work, limit=SEALED_TOGETHER)
        with store.reading() as tx:
            sealed.append(sum(map(is_hidden, tx.connection.scalars(select(leads.c.phone)))))
            assert tx.number_sealings.due(now=LATER.add(seconds=second), limit=1) == [work]

    assert all(before <= after for before, after in pairwise(sealed))
    assert sealed[0] == SEALED_TOGETHER
    settle(store)
    assert in_clear(store) == []


@pytest.mark.parametrize("scope", DuplicateScope)
def test_a_number_that_is_known_is_refused_in_every_state(
    store: SqlStore, queue: FakeJobQueue, scope: DuplicateScope
) -> None:
    added(store, queue, PHONE)
    switch(store, queue, to=True)
    assert added(store, queue, "84981000001", OTHER, scope=scope) == {0: DUPLICATE}  # still in clear
    settle(store)
    assert added(store, queue, PHONE, OTHER, scope=scope) == {0: DUPLICATE, 1: DUPLICATE}
    switch(store, queue, to=False)
    assert added(store, queue, PHONE, SINGLE, scope=scope) == {0: DUPLICATE}  # still encrypted
    settle(store)
    assert added(store, queue, PHONE, OTHER, SINGLE, scope=scope) == dict.fromkeys(range(3), DUPLICATE)


def test_look_ups_by_number_find_it(store: SqlStore, queue: FakeJobQueue) -> None:
    switch(store, queue, to=True)
    settle(store)
    day(store, queue)

    with store.reading() as tx:
        found = tx.lead_records.page(TENANT, Slice(10), wanted=LeadFilter(phone=PHONE))
        cdrs = tx.cdrs.older(TENANT, limit=10, wanted=CdrFilter(phone=PHONE))
        assert [(lead.phone, found.total) for lead in found.rows] == [(PHONE, 1)]
        assert [cdr.phone for cdr in cdrs] == [PHONE]
        assert tx.lead_edits.is_known(CAMPAIGN, PHONE)
        assert len(tx.erasure.leads_of(TENANT, PHONE)) == 1
        assert [lead.phone for lead in tx.backfill_leads.not_done(TENANT, [PHONE])] == [PHONE]
        assert tx.number_plan.carriers_of(TENANT, [PHONE]) == {CARRIER}
        assert {str(one.phone) for one in tx.backfill_leads.under_prefix(TENANT, "0981", after=None, limit=10)} == {
            PHONE,
            OTHER,
            SINGLE,
        }


def test_a_number_on_the_do_not_call_list_is_closed_by_its_plan(store: SqlStore, queue: FakeJobQueue) -> None:
    switch(store, queue, to=True)
    settle(store)
    added(store, queue, PHONE, OTHER)
    with store.transaction() as tx:
        tx.do_not_call.add(TENANT, [BlockedNumber(PHONE, "asked")], now=NOON)
        (lead,) = tx.erasure.leads_of(TENANT, PHONE)
        assert tx.standings.of_lead(TENANT, lead).do_not_call

    plan_carrier(store, queue=queue, carrier_id=CARRIER, now=LATER, new_id=uuid4)

    with store.reading() as tx:
        assert tx.lead_records.get(TENANT, lead).ending is Ending.DO_NOT_CALL
        assert {str(phone) for phone in tx.connection.scalars(select(calls.c.phone))} == {OTHER}
        assert tx.leads.do_not_call(TENANT, tx.connection.scalars(select(leads.c.phone)).all()) == {PHONE}


def test_an_erased_person_is_gone(store: SqlStore, queue: FakeJobQueue) -> None:
    switch(store, queue, to=True)
    settle(store)
    day(store, queue)

    found = erase_person(store, tenant=WHO, phone_number=PHONE, new_key="k1", now=LATER)

    assert (found.leads, found.calls, found.callbacks) == (1, 1, 1)
    assert phones_of(store) == {OTHER, SINGLE}
    with store.reading() as tx:
        assert {str(cdr.phone) for cdr in tx.cdrs.older(TENANT, limit=10, wanted=CdrFilter())} == {
            "erased",
            OTHER,
            SINGLE,
        }


def test_a_refresh_reaches_every_lead_also_while_numbers_become_clear(store: SqlStore, queue: FakeJobQueue) -> None:
    switch(store, queue, to=True)
    settle(store)
    added(store, queue, *(f"09810{number:05}" for number in range(20)))
    call_once(store, queue)
    with store.transaction() as tx:
        tx.connection.execute(leads.update().values(stage=Stage.DONE, ending=Ending.NOT_RECALLED))
        tx.refreshes.put(Refresh(tenant_id=TENANT, list_id=list_of(CAMPAIGN), outcomes=None, asked_at=LATER))

    switch(store, queue, to=False)
    run_refreshes(store, queue=queue, now=LATER)  # waits: the order of the leads changes
    with store.reading() as tx:
        assert set(tx.connection.scalars(select(leads.c.stage))) == {Stage.DONE}
    settle(store)
    run_refreshes(store, queue=queue, now=LATER)

    with store.reading() as tx:
        assert set(tx.connection.scalars(select(leads.c.stage))) == {Stage.NEW}


def test_a_backfill_walks_over_encrypted_numbers(store: SqlStore, queue: FakeJobQueue) -> None:
    added(store, queue, PHONE)
    switch(store, queue, to=True)
    settle(store)
    added(store, queue, OTHER, SINGLE)
    seen, after = list[LeadId](), None
    with store.reading() as tx:
        for _ in range(4):
            batch = tx.backfill_leads.of_list(list_of(CAMPAIGN), after=after, limit=1)
            seen += [lead.id for lead in batch]
            after = batch[-1].cursor if batch else after
    assert len(set(seen)) == len(seen) == 3


def test_another_key_encrypts_everything_anew(process: Begin, store: SqlStore, queue: FakeJobQueue) -> None:
    switch(store, queue, to=True)
    settle(store)
    day(store, queue)
    both = process(NEW, OLD)
    assert added(both, queue, PHONE) == {0: DUPLICATE}

    rotate_secret_key(both, keys=[key_id(NEW), key_id(OLD)], now=LATER)

    assert keys_of(count_secrets(both)) == {key_id(NEW)}
    only_new = process(NEW)
    assert phones_of(only_new) == {PHONE, OTHER, SINGLE}
    assert added(only_new, queue, PHONE) == {0: DUPLICATE}
    assert in_clear(only_new) == []
    with pytest.raises(SecretUnreadable):
        phones_of(store)


def test_a_key_that_is_in_use_is_missed(process: Begin, store: SqlStore, queue: FakeJobQueue) -> None:
    switch(store, queue, to=True)
    settle(store)
    added(store, queue, PHONE)
    with pytest.raises(Unavailable, match=key_id(OLD)):
        rotate_secret_key(process(NEW), keys=[key_id(NEW)], now=LATER)


@pytest.mark.parametrize("scope", DuplicateScope)
def test_without_the_key_no_import_takes_a_number_twice(
    process: Begin, store: SqlStore, queue: FakeJobQueue, scope: DuplicateScope
) -> None:
    switch(store, queue, to=True)
    settle(store)
    added(store, queue, PHONE)
    switch(store, queue, to=False)  # still encrypted
    with pytest.raises(SecretUnreadable):
        added(process(), queue, PHONE, scope=scope)


@pytest.mark.parametrize("keys", [(), (NEW,)])
def test_without_the_key_it_is_refused(
    process: Begin, store: SqlStore, queue: FakeJobQueue, keys: tuple[bytes, ...]
) -> None:
    with pytest.raises(Invalid, match="CALLBEAT_SECRET_KEY"):
        switch(process(*keys), queue, to=True)
    with store.reading() as tx:
        assert not tx.campaigns.get(TENANT, CAMPAIGN).hides_numbers
        assert tx.number_sealings.due(now=LATER, limit=1) == []


def test_the_first_dial_after_a_sealed_plan_sees_the_number(store: SqlStore, queue: FakeJobQueue) -> None:
    """Rules ask for networks and numbers; both are those of the number in clear."""
    switch(store, queue, to=True)
    settle(store)
    added(store, queue, PHONE)
    plan_carrier(store, queue=queue, carrier_id=CARRIER, now=LATER, new_id=uuid4)
    with store.transaction() as tx:
        (call,) = tx.calls.lock(queue.calls, states=[CallState.QUEUED])
    assert (call.phone, call.network, is_hidden(call.phone)) == (PHONE, Network.VIETTEL, True)


def test_work_whose_campaign_is_settled_costs_nothing(store: SqlStore, queue: FakeJobQueue) -> None:
    switch(store, queue, to=True)
    settle(store)
    with store.reading() as tx:
        stages = tx.connection.execute(text("SELECT stage, due_at FROM number_sealings")).all()
    assert [tuple(row) for row in stages] == [(SealingStage.SETTLED.value, None)]
