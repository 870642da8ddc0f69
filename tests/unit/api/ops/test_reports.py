"""The page that asks for a report, and the file that it leads to."""

import pytest

from tests.builders.api import make_campaign
from tests.fakes.services import TOKEN
from tests.unit.api.ops.conftest import Browser
from worker.domain.role import Role

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def path(browser: Browser) -> str:
    """Make a campaign with a hostile name; return its page."""
    browser.client.headers["Authorization"] = f"Bearer {TOKEN}"
    campaign = make_campaign(browser.client)
    browser.client.put(f"/v3/campaign/{campaign}", json={"campaign_name": HOSTILE})
    browser.client.headers.pop("Authorization")
    return f"/ops/campaign/{campaign}"


def test_a_reader_finds_the_report_and_its_page_runs_nothing(browser: Browser, path: str) -> None:
    browser.log_in(Role.READ_ONLY)

    assert f'href="{path}/report"' in browser.see(path)
    form = browser.see(f"{path}/report")
    answer = browser.client.get(f"{path}/report/file?start_time=2026-11-23&end_time=2026-11-23&language=vi&format=html")

    assert 'name="start_time" value="2026-11-23"' in form
    assert HOSTILE not in form + answer.text
    assert answer.status_code == 200
    assert "Báo cáo chiến dịch" in answer.text
    assert "script" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_wrong_day_is_told_on_a_page(browser: Browser, path: str) -> None:
    browser.log_in()

    assert "start_time" in browser.see(f"{path}/report/file?start_time=x", status=400)


def test_without_a_session_there_is_no_report(browser: Browser, path: str) -> None:
    assert browser.client.get(f"{path}/report/file", follow_redirects=False).status_code == 303
