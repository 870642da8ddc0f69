"""What is read of a campaign before its start: right counts, and never more rows than were asked for."""

from tests.builders import CAMPAIGN, NOON, TENANT, add_leads, fill_store, viettel
from tests.builders.call_rows import MOBI
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.ports.records.entities import BlockedNumber
from worker.store.transaction import SqlStore


def test_waiting_leads_are_counted_by_network_and_no_further_than_asked(store: SqlStore) -> None:
    fill_store(store)
    add_leads(store, viettel(3))
    add_leads(store, viettel(2, start=3), stage=Stage.RECALL, due_at=NOON.add(days=1))
    add_leads(store, MOBI[:1])
    add_leads(store, MOBI[1:2], stage=Stage.DONE)
    add_leads(store, MOBI[2:3], parked=True)

    with store.reading() as tx:
        told = tx.standings.starts.waiting(CAMPAIGN, most=9)
        cut = tx.standings.starts.waiting(CAMPAIGN, most=2)
        first = tx.standings.starts.first(TENANT, CAMPAIGN, most=4)

    assert told == {Network.VIETTEL: 5, Network.MOBI: 1}
    assert cut == {Network.VIETTEL: 4, Network.MOBI: 1}
    assert len(first) == 4


def test_a_number_on_the_list_is_known(store: SqlStore) -> None:
    fill_store(store)
    ids = add_leads(store, viettel(3))
    with store.transaction() as tx:
        tx.do_not_call.add(TENANT, [BlockedNumber(viettel(3)[1], "asked")], now=NOON)

    with store.reading() as tx:
        first = tx.standings.starts.first(TENANT, CAMPAIGN, most=9)

    assert {one.id: one.is_listed for one in first} == {ids[0]: False, ids[1]: True, ids[2]: False}
