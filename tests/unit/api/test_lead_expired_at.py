"""The moment from which a campaign's leads are not dialled: how it is written, read back, and carried out."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.builders.api import SEED_CAMPAIGN, SEED_TEMPLATE
from tests.fakes.services import FakeServices
from worker.domain.backfill import Backfill, BackfillKind

PATH = f"/v3/campaign/{SEED_CAMPAIGN}"
TOMORROW = "2026-11-24T12:00:00.000000+07:00"


@pytest.fixture(autouse=True)
def _campaign(campaign: str) -> None:
    """Let every test begin with the seed's campaign."""


def backfills(services: FakeServices) -> list[Backfill]:
    with services.store.reading() as tx:
        return list(tx.backfills.due(now=NOON.add(years=10), limit=10))


@pytest.mark.parametrize(
    "sent",
    [
        "2026-11-24T05:00:00Z",
        "2026-11-24t05:00:00.000z",
        "2026-11-24T12:00:00+07:00",
        "2026-11-23T23:30:00-05:30",
        "2026-11-24 12:00:00",
        "2026-11-24T12:00:00",
    ],
)
def test_it_is_read_with_its_offset_or_by_the_tenants_clock(client: TestClient, sent: str) -> None:
    client.put(PATH, json={"lead_expired_at": sent})

    assert client.get(PATH).json()["lead_expired_at"] == TOMORROW
    assert client.get("/v3/campaign").json()["data"][0]["lead_expired_at"] == TOMORROW


def test_a_campaign_may_be_created_with_it(client: TestClient, services: FakeServices) -> None:
    body = {"campaign_name": "second", "type": "autocall", "template_uuid": SEED_TEMPLATE, "lead_expired_at": TOMORROW}

    created = client.post("/v3/campaign", json=body).json()["campaign_uuid"]

    assert client.get(f"/v3/campaign/{created}").json()["lead_expired_at"] == TOMORROW
    assert [backfill.subject for backfill in backfills(services)] == [created]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "0001-01-01T00:00:00Z",
        "1970-01-01T08:00:01+08:00",
        "1970-01-01T08:00:00+08:00",
        "9999-12-31 23:59:59",
        "9999-12-31T23:59:59-10:00",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_every_way_to_say_never_clears_it(client: TestClient, sent: str | None) -> None:
    client.put(PATH, json={"lead_expired_at": TOMORROW})

    assert client.put(PATH, json={"lead_expired_at": sent}).status_code == 200

    assert client.get(PATH).json()["lead_expired_at"] is None


def test_a_put_that_does_not_name_it_leaves_it(client: TestClient) -> None:
    client.put(PATH, json={"lead_expired_at": TOMORROW})

    client.put(PATH, json={"description": "later"})

    assert client.get(PATH).json()["lead_expired_at"] == TOMORROW


@pytest.mark.parametrize(
    "sent",
    [
        "2026-02-30 00:00:00",
        "2026-11-24",
        "2026-11-24 24:00:00",
        "2026-11-24 12:00",
        "2026-11-24T12:00:00+24:00",
        "2026-11-24T12:00:00+0700",
        "2026-11-24T12:00:00.Z",
        "\u0662\u0660\u0662\u0666-11-24 12:00:00",
        " 2026-11-24 12:00:00",
    ],
)
def test_what_is_no_moment_is_refused(client: TestClient, sent: Any) -> None:
    answer = client.put(PATH, json={"lead_expired_at": sent})

    assert answer.status_code == 400
    assert answer.json() == {"error": [{"lead_expired_at": "Does not match format 'date-time'"}]}


def test_its_leads_are_to_be_closed_when_it_comes(client: TestClient, services: FakeServices) -> None:
    client.put(PATH, json={"lead_expired_at": TOMORROW})

    (backfill,) = backfills(services)
    assert (backfill.kind, backfill.subject, backfill.due_at) == (
        BackfillKind.EXPIRE_CAMPAIGN,
        SEED_CAMPAIGN,
        NOON.add(days=1),
    )


def test_one_that_has_passed_is_carried_out_at_once(client: TestClient, services: FakeServices) -> None:
    client.put(PATH, json={"lead_expired_at": "2026-01-01T00:00:00Z"})

    assert [backfill.due_at for backfill in backfills(services)] == [NOON]


def test_what_is_put_back_as_it_was_read_starts_nothing_anew(client: TestClient, services: FakeServices) -> None:
    client.put(PATH, json={"lead_expired_at": TOMORROW})
    (backfill,) = backfills(services)
    with services.store.transaction() as tx:
        tx.backfills.finish(backfill)

    client.put(PATH, json=client.get(PATH).json())

    assert backfills(services) == []
