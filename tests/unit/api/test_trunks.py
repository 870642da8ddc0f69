"""A carrier's trunk in the API: beside the carrier, in metrics and in why."""

from uuid import UUID

from fastapi.testclient import TestClient

from tests.builders.api import make_carrier
from tests.fakes.services import FakeServices
from worker.domain.ids import CarrierId
from worker.domain.trunk import Trunk


def save_trunk(services: FakeServices, carrier: str, trunk: Trunk) -> None:
    with services.store.transaction() as tx:
        tx.trunks.lock(CarrierId(UUID(carrier)))
        tx.trunks.save(CarrierId(UUID(carrier)), trunk)


def test_a_new_carrier_is_unproven(client: TestClient) -> None:
    carrier = make_carrier(client)

    assert client.get(f"/v3/carrier/{carrier}").json()["trunk"] == {
        "state": "unproven",
        "cause": "",
        "failures": 0,
        "failing_since": None,
        "next_trial_at": None,
        "replied_at": None,
    }


def test_a_failing_trunk_shows_cause_since_and_next_trial(client: TestClient, services: FakeServices) -> None:
    carrier, now = make_carrier(client), services.clock.now()
    failing = Trunk(failures=7, cause="GATEWAY_DOWN", failing_since=now, next_trial_at=now.add(seconds=4))
    save_trunk(services, carrier, failing)

    trunk = client.get(f"/v3/carrier/{carrier}").json()["trunk"]

    assert (trunk["state"], trunk["cause"], trunk["failures"]) == ("failing", "GATEWAY_DOWN", 7)
    assert trunk["failing_since"] < trunk["next_trial_at"]
    assert client.get("/v3/carrier").json()["data"][0]["trunk"] == trunk


def test_a_trunk_that_replied_lately_is_proven(client: TestClient, services: FakeServices) -> None:
    carrier = make_carrier(client)
    save_trunk(services, carrier, Trunk(proven_at=services.clock.now()))

    assert client.get(f"/v3/carrier/{carrier}").json()["trunk"]["state"] == "proven"


def test_metrics_show_which_trunks_fail(client: TestClient, services: FakeServices) -> None:
    well, failing = make_carrier(client, carrier_name="a"), make_carrier(client, carrier_name="b")
    save_trunk(services, well, Trunk(failures=1))
    save_trunk(services, failing, Trunk(failures=9, failing_since=services.clock.now()))

    lines = client.get("/metrics").text.splitlines()

    assert f'callbeat_carrier_failing{{carrier="{failing}"}} 1.0' in lines
    assert f'callbeat_carrier_failing{{carrier="{well}"}} 0.0' in lines
    assert f'callbeat_carrier_failures{{carrier="{failing}"}} 9.0' in lines
