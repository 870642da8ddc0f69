"""A campaign's report over HTTP: its calls, its files, what is refused, and who may read it."""

import re
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from tests.builders import NOON
from tests.builders.api import a_tenant, make_list
from tests.builders.stored_calls import store_call
from tests.fakes.services import FakeServices
from worker.domain.call import Outcome
from worker.domain.campaign_report.charts import facts_of_report
from worker.domain.campaign_report.report import CampaignReport
from worker.domain.campaign_report.saying import Saying
from worker.domain.ids import CampaignId, RunId
from worker.domain.language import Language
from worker.domain.network import Network
from worker.ports.records.report_files import ReportForm
from worker.usecases.records.count_calls import count_calls
from worker.usecases.records.report_campaign import CampaignReportAsked, report_campaign

PATH = "/v3/report/call/campaign"
PHONES = ("0981000001", "0981000002")


@pytest.fixture(autouse=True)
def calls(client: TestClient, services: FakeServices, campaign: str) -> None:
    """Store a call that nobody answered, and one that somebody answered a day later on another network."""
    made = make_list(client, campaign)
    client.post("/v3/lead/multi", json={"list_uuid": made, "data": [{"phone_number": phone} for phone in PHONES]})
    store_call(services.store, phone=PHONES[0])
    store_call(
        services.store, phone=PHONES[1], started_at=NOON.add(days=1), network=Network.MOBI, last_key="1",
        outcome=Outcome.ANSWERED, answered_at=NOON.add(days=1, seconds=5), cause="NORMAL_CLEARING",
    )  # fmt: skip
    count_calls(services.store)
    services.clock.wait(2 * 86_400)


def read(services: FakeServices, campaign: str, **asked: Any) -> CampaignReport:  # Any: what may be asked
    wanted = CampaignReportAsked(campaign_id=CampaignId(UUID(campaign)), **asked)
    tenant = a_tenant(services.store, name="default")
    return report_campaign(services.store, tenant=tenant, asked=wanted, now=services.clock.now())


def test_it_counts_all_calls_from_the_first_day_to_this_one(services: FakeServices, campaign: str) -> None:
    report = read(services, campaign)

    assert (report.calls, report.answered, report.billsec) == (2, 1, 25)
    assert [(str(one.network), one.calls, one.answered) for one in report.networks if one.calls] == [
        ("viettel", 1, 0),
        ("mobi", 1, 1),
    ]
    assert [part.calls for part in report.parts if part.calls] == [1, 1]
    assert sum(part.answered for part in report.parts) == 1
    assert {key: number for key, number in report.keys.items() if number} == {"": 1, "1": 1}
    assert (report.leads.leads, report.leads.remaining) == (2, 2)
    assert report.start.in_timezone(report.zone).time().isoformat() == "00:00:00"


def test_a_period_and_a_run_bound_its_calls(services: FakeServices, campaign: str) -> None:
    later = NOON.in_timezone("Asia/Ho_Chi_Minh").start_of("day").add(days=1)

    assert read(services, campaign, start=later).calls == 1
    assert read(services, campaign, end=later).calls == 1
    assert read(services, campaign, run_id=RunId(UUID(int=5))).calls == 0


@pytest.mark.parametrize("form", ReportForm)
@pytest.mark.parametrize("language", Language)
def test_each_form_is_a_file_of_its_own_type(
    client: TestClient, services: FakeServices, campaign: str, form: ReportForm, language: Language
) -> None:
    answer = client.get(f"{PATH}/{campaign}", params={"format": form, "language": language})

    types = {"html": "text/html; charset=utf-8", "pdf": "application/pdf", "xlsx": "application/vnd.openxml"}
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(types[form])
    assert re.search(rf'(inline|attachment); filename="[\w-]+\.{form}"', answer.headers["content-disposition"])
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.content[:4] == {"html": b"<!do", "pdf": b"%PDF", "xlsx": b"PK\x03\x04"}[form]
    if form is ReportForm.HTML:
        say = Saying(language, "Asia/Ho_Chi_Minh")
        for name, value in facts_of_report(read(services, campaign), say=say):
            assert f"<dt>{name}</dt><dd>{value}</dd>" in answer.text
        assert PHONES[0] not in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("format=doc", 400),
        ("language=fr", 400),
        ("start_time=yesterday", 400),
        ("start_time=2026-11-23%2010:07:00", 400),
        ("start_time=2026-11-24&end_time=2026-11-23", 400),
        ("end_time=1999-01-01", 400),
        ("start_time=1990-01-01", 400),
        ("run_id=7", 400),
    ],
)
def test_what_makes_no_sense_is_refused(client: TestClient, campaign: str, query: str, status: int) -> None:
    assert client.get(f"{PATH}/{campaign}?{query}").status_code == status


def test_an_unknown_campaign_is_not_found(client: TestClient) -> None:
    assert client.get(f"{PATH}/00000000-0000-7000-8000-000000000001").status_code == 404
