"""Templates and values of leads are read, and leads that cannot be spoken to wait, alike on both databases."""

from uuid import UUID

from sqlalchemy import select, update

from tests.builders import NOON, TEMPLATE, add_leads, fill_store, viettel
from worker.domain.ids import LeadId, TemplateId
from worker.domain.lead import Stage
from worker.store.base.tables import leads, templates
from worker.store.transaction import SqlStore

NONE_SUCH = UUID(int=1)


def test_templates_are_read_by_id(store: SqlStore) -> None:
    fill_store(store)
    with store.transaction() as tx:
        tx.connection.execute(update(templates).values(body={"content": "Chào {{tên}}"}))

    with store.reading() as tx:
        assert tx.speech.templates([TEMPLATE, TemplateId(NONE_SUCH)]) == {TEMPLATE: {"content": "Chào {{tên}}"}}
        assert tx.speech.templates([]) == {}


def test_values_of_many_leads(store: SqlStore) -> None:
    fill_store(store)
    (first,) = add_leads(store, viettel(1), profile={"lead_name": "Ngô Ý"}, additional={"amount": 5})
    (second,) = add_leads(
        store, viettel(1, start=1), template_id=TEMPLATE, additional={"code_otp": "042042", "ref_id": "r"}
    )

    with store.reading() as tx:
        found = tx.speech.values([first, second, LeadId(NONE_SUCH)])
        assert tx.speech.values([]) == {}

    assert found == {
        first: {"phone_number": viettel(1)[0], "lead_name": "Ngô Ý", "amount": 5},
        second: {"phone_number": viettel(1, start=1)[0], "code_otp": "0", "ref_id": "r"},
    }


def test_only_claimed_leads_go_back_to_wait(store: SqlStore) -> None:
    fill_store(store)
    claimed = add_leads(store, viettel(1), stage=Stage.CALLING)
    others = add_leads(store, viettel(1, start=1), stage=Stage.DONE)

    with store.transaction() as tx:
        tx.speech.wait(dict.fromkeys([*claimed, *others], Stage.RECALL), until=NOON.add(minutes=5))
        tx.speech.wait({}, until=NOON)

    with store.reading() as tx:
        rows = tx.connection.execute(select(leads.c.stage, leads.c.due_at).order_by(leads.c.phone)).all()
    assert [tuple(row) for row in rows] == [(Stage.RECALL, NOON.add(minutes=5)), (Stage.DONE, NOON)]
