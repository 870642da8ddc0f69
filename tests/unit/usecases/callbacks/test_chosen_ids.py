"""A receiver reads the ids that its tenant chose, not those under which we keep the rows."""

import json
from uuid import UUID

from tests.builders import CAMPAIGN, TENANT
from tests.builders.outbox import a_delivery, add_deliveries, stored
from tests.fakes.callbacks import FakeSender
from tests.unit.usecases.callbacks.conftest import Deliver
from worker.domain.chosen_ids import ChosenIds, Kind
from worker.store.transaction import SqlStore

CHOSEN = UUID("c2da23c0-9739-4287-828a-7b15cf0fb19a")


def test_a_body_has_the_chosen_id(store: SqlStore, deliver: Deliver) -> None:
    with store.transaction() as tx:
        tx.chosen_ids.save(TENANT, ChosenIds().with_one(Kind.CAMPAIGN, chosen=CHOSEN, kept=CAMPAIGN))
    delivery = a_delivery(body=json.dumps({"campaign_uuid": str(CAMPAIGN), "call_id": "c1"}))
    add_deliveries(store, [delivery])
    sender = FakeSender()

    deliver(sender)

    (sent,) = sender.sent
    assert json.loads(sent.delivery.body) == {"campaign_uuid": str(CHOSEN), "call_id": "c1"}
    assert stored(store)[delivery.id].body == delivery.body
