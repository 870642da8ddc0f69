"""Before the start: who will be skipped and why, the first dial, and the forecast; from bounded reads."""

import pytest

from tests.builders.api import SEED_TEMPLATE, make_campaign, make_leads, make_list
from tests.builders.stored_calls import store_call
from tests.fakes.engines import some_names
from tests.fakes.services import TOKEN
from tests.unit.api.ops.conftest import Browser
from worker.domain.role import Role
from worker.usecases.records import before_start


@pytest.fixture
def campaign(browser: Browser) -> str:
    """Make a campaign that was never started, with two leads on Viettel and one on MobiFone."""
    browser.client.headers["Authorization"] = f"Bearer {TOKEN}"
    made = make_campaign(browser.client)
    make_leads(browser.client, make_list(browser.client, made), "0981000001", "0981000002", "0901000003")
    browser.client.headers.pop("Authorization")
    browser.log_in(Role.READ_ONLY)
    return made


def before(browser: Browser, campaign: str) -> str:
    return browser.see(f"/ops/campaign/{campaign}/before")


def test_nobody_is_skipped_and_the_pace_is_assumed_while_no_call_tells(browser: Browser, campaign: str) -> None:
    told = before(browser, campaign)

    assert '<dt>Leads that wait</dt><dd class="strong">3</dd>' in told
    assert "<dt>First dial</dt><dd>12:00</dd>" in told
    assert "Nobody of the 3 looked at." in told
    assert "There are 0 calls to learn from: 45 s for each are assumed." in told
    assert "<dt>Done at the earliest</dt><dd>12:10</dd>" in told


def test_each_kind_of_skip_is_counted_with_its_cause(browser: Browser, campaign: str) -> None:
    change = {"mode_call": "parralel", "network": {"viettel": 1, "mobi": 0}}
    browser.api("PUT", f"/v3/campaign/{campaign}", json=change)
    browser.api("POST", "/v1/blacklist", json={"blacklist": [{"phone_number": "0981000001"}]})
    browser.services.spoken_names = some_names()

    told = before(browser, campaign)

    assert "1 on MobiFone: no channel in the campaign or on its carrier." in told
    assert "1 of 3: on the do-not-call list." in told
    assert "2 of the first 3 wait until their sounds are rendered." in told


def test_a_value_that_the_template_reads_is_missed(browser: Browser, campaign: str) -> None:
    body = {"template_name": "hello", "voice_type": "tts", "content": "Hi {{amount}}"}
    browser.api("PUT", f"/v3/template/{SEED_TEMPLATE}", json=body)

    assert "3 of the first 3: a value that the template reads is missing." in before(browser, campaign)


def test_the_latest_calls_tell_how_long_it_takes(browser: Browser, campaign: str) -> None:
    store_call(browser.services.store, phone="0981000001")

    told = before(browser, campaign)

    assert "Forecast for 1 channels, from the latest 1 calls: 30 s for each." in told


def test_outside_the_window_the_first_dial_is_its_opening(browser: Browser, campaign: str) -> None:
    browser.services.clock.wait(10 * 3600)

    assert "<dt>First dial</dt><dd>Tue 24/11 08:00</dd>" in before(browser, campaign)


def test_what_keeps_it_from_being_started_is_said(browser: Browser, campaign: str) -> None:
    body = {"campaign_name": "mute", "type": "autocall"}
    mute = browser.api("POST", "/v3/campaign", json=body)["campaign_uuid"]

    told = before(browser, mute)

    assert "It cannot be started: template_uuid is missing" in told
    assert "<dt>First dial</dt><dd>none</dd>" in told
    assert campaign not in told


def test_more_leads_than_are_counted_are_said_to_be_more(
    browser: Browser, campaign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(before_start, "MOST_COUNTED", 1)

    told = before(browser, campaign)

    assert "more than 2" in told
    assert "It ends later: not all leads were counted." in told


def test_it_is_shown_until_the_start_and_changes_nothing(browser: Browser, campaign: str) -> None:
    own = f"/ops/campaign/{campaign}"
    kept = browser.api("GET", f"/v3/campaign/{campaign}")

    assert f'hx-get="{own}/before"' in browser.see(own)
    before(browser, campaign)
    assert browser.api("GET", f"/v3/campaign/{campaign}") == kept
    browser.api("POST", f"/v3/campaign/{campaign}/run/start")
    assert f'hx-get="{own}/before"' not in browser.see(own)
    browser.see("/ops/campaign/00000000-0000-0000-0000-000000000000/before", status=404)
