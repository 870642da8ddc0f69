"""Leads that wait follow the number plan: a rule on its day, a ported number at once."""

from uuid import UUID

import pytest
from sqlalchemy import update

from tests.builders import (
    CAMPAIGN,
    CARRIER,
    NOON,
    add_leads,
    fill_store,
)
from tests.builders.backfills import MIDNIGHT, TODAY, TOMORROW, WHO, backfills, put, rules, set_leads, values
from tests.fakes.jobs import FakeJobQueue
from worker.domain.backfill import SOON, BackfillKind
from worker.domain.ids import LeadId
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network
from worker.ports.records.entities import PortedNumber
from worker.store.base.tables import leads
from worker.store.transaction import SqlStore
from worker.usecases.records.run_backfills import run_backfills
from worker.usecases.records.save_number_plan import port_numbers, remove_prefixes, save_prefixes, unport_numbers


@pytest.fixture(autouse=True)
def _campaign(store: SqlStore) -> None:
    fill_store(store)


def test_a_rule_of_today_classifies_the_leads_that_wait_and_no_others(store: SqlStore, queue: FakeJobQueue) -> None:
    phones = ["0774999999", "0775000001", "0775000002", "0775999999", "0776000000"]
    add_leads(store, phones[:4])
    add_leads(store, phones[4:])
    set_leads(store, [LeadId(UUID(int=(int("0775000002") << 64) | CAMPAIGN.int))], stage=Stage.DONE)

    save_prefixes(store, tenant=WHO, rules=rules(("0775", Network.OFFNET, TODAY)), now=NOON)
    assert run_backfills(store, queue=queue, now=NOON) == 2

    assert values(store, "network") == [Network.MOBI, Network.OFFNET, Network.MOBI, Network.OFFNET, Network.MOBI]
    assert backfills(store) == []


def test_a_future_rule_classifies_leads_on_its_day_in_the_tenants_zone(store: SqlStore, queue: FakeJobQueue) -> None:
    add_leads(store, ["0775000001"])
    given = rules(("0775", Network.OFFNET, TOMORROW), ("0775", Network.VINA, TODAY))

    save_prefixes(store, tenant=WHO, rules=given, now=NOON)
    run_backfills(store, queue=queue, now=NOON)
    today = values(store, "network")
    run_backfills(store, queue=queue, now=MIDNIGHT.subtract(seconds=1))
    before = values(store, "network")
    run_backfills(store, queue=queue, now=MIDNIGHT)

    assert (today, before) == ([Network.VINA], [Network.VINA])
    assert values(store, "network") == [Network.OFFNET]
    assert backfills(store) == []


def test_a_rule_that_is_removed_gives_the_shipped_network_back(store: SqlStore, queue: FakeJobQueue) -> None:
    add_leads(store, ["0775000001"])
    save_prefixes(store, tenant=WHO, rules=rules(("0775", Network.OFFNET, TODAY)), now=NOON)
    run_backfills(store, queue=queue, now=NOON)

    removed = remove_prefixes(store, tenant=WHO, rules=[("0775", None), ("0776", None)], now=NOON)
    run_backfills(store, queue=queue, now=NOON)

    assert removed == [("0775", TODAY)]
    assert values(store, "network") == [Network.MOBI]


def test_a_number_that_no_rule_covers_any_longer_keeps_its_network(store: SqlStore, queue: FakeJobQueue) -> None:
    add_leads(store, ["0775000001"])
    with store.transaction() as tx:
        tx.connection.execute(update(leads).values(phone="0655000001", network=Network.TEL))
    put(store, BackfillKind.CLASSIFY_PREFIX, "065")

    assert run_backfills(store, queue=queue, now=NOON) == 0
    assert (values(store, "network"), values(store, "stage")) == ([Network.TEL], [Stage.NEW])


def test_leads_whose_prefix_is_barred_end_and_one_in_a_call_when_that_is_over(
    store: SqlStore, queue: FakeJobQueue
) -> None:
    add_leads(store, ["0775000001", "0775000003"])
    (calling,) = add_leads(store, ["0775000002"], stage=Stage.CALLING)
    save_prefixes(store, tenant=WHO, rules=rules(("0775", None, TODAY)), now=NOON)

    run_backfills(store, queue=queue, now=NOON)
    in_call = values(store, "ending")
    set_leads(store, [calling], stage=Stage.RECALL)
    run_backfills(store, queue=queue, now=NOON + SOON)

    assert in_call == [Ending.DO_NOT_CALL, None, Ending.DO_NOT_CALL]
    assert values(store, "ending") == [Ending.DO_NOT_CALL] * 3
    assert backfills(store) == []


def test_a_ported_number_is_classified_in_the_transaction_that_says_so(store: SqlStore, queue: FakeJobQueue) -> None:
    add_leads(store, ["0981000001"], stage=Stage.RECALL)
    add_leads(store, ["0981000002"], stage=Stage.DONE)
    add_leads(store, ["0981000003"])
    numbers = [PortedNumber(phone, Network.VINA) for phone in ("+84 981 000 001", "0981000002", "nobody")]

    handled = port_numbers(store, queue=queue, tenant=WHO, numbers=numbers, now=NOON)
    ported = values(store, "network")
    again = unport_numbers(store, queue=queue, tenant=WHO, phones=["0981000001", "0981000003"], now=NOON)

    assert (handled.taken, handled.problems) == (
        ["+84 981 000 001", "0981000002"],
        [("nobody", "not a Vietnamese phone number")],
    )
    assert ported == [Network.VINA, Network.VIETTEL, Network.VIETTEL]
    assert (again.taken, again.problems) == (["0981000001"], [("0981000003", "phone_number is not found")])
    assert values(store, "network") == [Network.VIETTEL] * 3
    assert queue.plans == [CARRIER, CARRIER]
    assert backfills(store) == []


def test_a_ported_number_whose_leads_are_done_wakes_nobody(store: SqlStore, queue: FakeJobQueue) -> None:
    add_leads(store, ["0981000001"], stage=Stage.DONE)

    port_numbers(store, queue=queue, tenant=WHO, numbers=[PortedNumber("0981000001", Network.VINA)], now=NOON)

    assert queue.plans == []


def test_a_ported_number_goes_before_a_prefix_that_is_edited_later(store: SqlStore, queue: FakeJobQueue) -> None:
    add_leads(store, ["0775000001", "0775000002"])
    port_numbers(store, queue=queue, tenant=WHO, numbers=[PortedNumber("0775000001", Network.VIETTEL)], now=NOON)

    save_prefixes(store, tenant=WHO, rules=rules(("0775", Network.OFFNET, TODAY)), now=NOON)
    run_backfills(store, queue=queue, now=NOON)

    assert values(store, "network") == [Network.VIETTEL, Network.OFFNET]
