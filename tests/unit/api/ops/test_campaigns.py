"""The list of campaigns, a campaign's page, and what is done there."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.ops.campaigns import PER_PAGE
from tests.builders import NOON
from tests.builders.api import a_tenant, make_campaign, make_leads, make_list
from tests.builders.stored_calls import store_call
from tests.fakes.services import SECRET_KEY, TOKEN
from tests.unit.api.ops.conftest import Browser
from worker.domain.call import Outcome
from worker.domain.role import Role
from worker.store.base.keyring import key_id
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.rotate_secret_key import rotate_secret_key

HOSTILE = "<script>alert(1)</script>\"'&"
API = {"Authorization": f"Bearer {TOKEN}"}
FORM = {
    "concurrent_call": "1",
    "mode_call": "direct",
    **{f"network_{name}": "0" for name in ("viettel", "mobi", "vina", "tel", "offnet")},
    "recall_times": "0",
    "limit_recall_duration": "0",
    "pause_minutes": "0",
    "recall_status": [outcome.value for outcome in Outcome],
    **{
        f"{day}_{edge}": time
        for day in "monday tuesday wednesday thursday friday saturday sunday".split()
        for edge, time in (("start", "08:00"), ("end", "21:00"))
    },
}  # fmt: skip


@pytest.fixture
def campaign(browser: Browser) -> str:
    """Make the seed's campaign with three leads and one call, over the API."""
    return _made(browser)


def _made(browser: Browser) -> str:
    client = browser.client
    client.headers.update(API)
    campaign = make_campaign(client)
    make_leads(client, make_list(client, campaign), "0981000001", "0981000002", "0901000003")
    store_call(browser.services.store, phone="0981000001")
    client.headers.pop("Authorization")
    return campaign


def api(client: TestClient, method: str, path: str, **sent: Any) -> Any:
    answer = client.request(method, path, headers=API, **sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


def actions(browser: Browser) -> Iterator[tuple[str, str]]:
    for row in api(browser.client, "GET", "/v3/audit", params={"limit": 100})["data"]:
        yield row["actor"], row["action"]


def form(browser: Browser, campaign: str, **changed: str | list[str]) -> dict[str, Any]:
    revision = api(browser.client, "GET", f"/v3/campaign/{campaign}")["revision"]
    return {**FORM, "revision": str(revision), **changed}


@pytest.mark.parametrize("language", ["en", "vi"])
def test_each_page_shows_hostile_names_as_text(browser: Browser, campaign: str, language: str) -> None:
    api(browser.client, "PUT", f"/v3/campaign/{campaign}", json={"campaign_name": HOSTILE})
    browser.log_in()
    browser.send("/ops", "/ops/look", language=language)
    own = f"/ops/campaign/{campaign}"

    pages = {path: browser.see(path) for path in ("/ops", own, f"{own}/run/stop", f"{own}/edit", f"{own}/figures")}

    assert not [path for path, text in pages.items() if "<script>alert" in text]
    assert all("&lt;script&gt;alert(1)" in text for path, text in pages.items() if not path.endswith("figures"))
    assert all(f'lang="{language}"' in text for path, text in pages.items() if not path.endswith("figures"))


def test_a_search_with_hostile_text_is_shown_as_text(browser: Browser, campaign: str) -> None:
    browser.log_in()

    text = browser.see('/ops?search="><script>alert(1)</script>&state="><b>&sort=<&page=-1')

    assert "<script>alert" not in text
    assert campaign not in text


def test_the_list_says_where_a_campaign_stands_and_why(browser: Browser, campaign: str) -> None:
    browser.log_in(Role.READ_ONLY)
    stopped = browser.see("/ops")
    api(browser.client, "POST", f"/v3/campaign/{campaign}/run/start")
    runs = browser.see("/ops?state=waiting")

    assert "The campaign is stopped" in stopped
    assert "open until 21:00" in stopped
    assert campaign in runs
    assert "0 of 1" in runs
    assert campaign not in browser.see("/ops?state=failing")


def test_the_list_is_searched_sorted_and_paged(browser: Browser, campaign: str) -> None:
    for number in range(PER_PAGE):
        name = f"wave {number:02}"
        api(browser.client, "POST", "/v3/campaign", json={"campaign_name": name, "type": "autocall"})
    browser.log_in()

    first, second = browser.see("/ops?sort=name"), browser.see("/ops?sort=name&page=2")
    found = browser.see("/ops?search=WAVE%2007")

    assert first.index(">first<") < first.index("wave 00") < first.index("wave 23")
    assert "wave 24" not in first
    assert "wave 24" in second
    assert "wave 07" in found
    assert "wave 08" not in found
    assert campaign not in found
    assert "wave 24" in browser.see("/ops?sort=name&page=99")


def test_htmx_gets_only_the_part_that_changes(browser: Browser, campaign: str) -> None:
    browser.log_in()
    part = browser.client.get("/ops", headers={"HX-Request": "true"}).text

    assert part.startswith('<div id="live"')
    assert campaign in part


def test_figures_show_leads_and_latest_calls(browser: Browser, campaign: str) -> None:
    browser.log_in()
    shown = browser.see(f"/ops/campaign/{campaign}/figures")

    assert "0981000001" in shown
    assert "no answer" in shown
    assert "NO_ANSWER" in shown
    assert "All leads" in shown
    assert 'data-series=\'{"names": ["Time", "Calls", "answered"]' in shown


def test_calls_are_found_by_hour_and_outcome(browser: Browser, campaign: str) -> None:
    browser.log_in(Role.READ_ONLY)
    own = f"/ops/campaign/{campaign}/calls"

    assert "0981000001" in browser.see(own)
    assert "0981000001" in browser.see(f"{own}?hour=2026-11-23T12:59&outcome=no-answered")
    assert "No call ended so in this hour." in browser.see(f"{own}?hour=2026-11-23%2013:00")
    assert "No call ended so in this hour." in browser.see(f"{own}?outcome=failed")
    assert "This is no hour" in browser.see(f"{own}?hour=%3Cscript%3Ealert")
    browser.see("/ops/campaign/00000000-0000-0000-0000-000000000000/calls", status=404)


def test_hidden_numbers_stay_hidden_below_admin(browser: Browser, campaign: str) -> None:
    rotate_secret_key(browser.services.store, keys=[key_id(SECRET_KEY)], now=NOON)
    api(browser.client, "PUT", f"/v3/campaign/{campaign}", json={"enable_encrypt": True})
    browser.log_in(Role.OPERATOR)

    for shown in (browser.see(f"/ops/campaign/{campaign}/{part}") for part in ("figures", "calls")):
        assert "0981000001" not in shown
        assert "*" in shown


def test_a_stop_says_what_happens_and_is_audited_under_its_key(browser: Browser, campaign: str) -> None:
    api(browser.client, "POST", f"/v3/campaign/{campaign}/run/start")
    browser.log_in(Role.OPERATOR)
    own = f"/ops/campaign/{campaign}/run"

    asked = browser.see(f"{own}/stop")
    before = api(browser.client, "GET", f"/v3/campaign/{campaign}")["status"]
    status = browser.send(f"{own}/stop", f"{own}/stop")

    assert "0 calls that are up go on" in asked
    assert "It never goes on by itself" in asked
    assert (before, status) == ("start", 303)
    assert api(browser.client, "GET", f"/v3/campaign/{campaign}")["status"] == "stop"
    assert ("Lan", "POST /v3/campaign/{campaign_uuid}/run/stop") in set(actions(browser))
    assert "Stopped." in browser.see(browser.answer.headers["location"])


@pytest.mark.parametrize(("action", "status"), [("start", "start"), ("pause", "pause")])
def test_a_campaign_is_started_and_paused(browser: Browser, campaign: str, action: str, status: str) -> None:
    browser.log_in(Role.OPERATOR)
    own = f"/ops/campaign/{campaign}/run/{action}"

    assert browser.send(own, own) == 303
    assert api(browser.client, "GET", f"/v3/campaign/{campaign}")["status"] == status


def test_a_read_only_key_looks_and_changes_nothing(browser: Browser, campaign: str) -> None:
    browser.log_in(Role.READ_ONLY)
    own = f"/ops/campaign/{campaign}"

    assert "Your role may look" in browser.see(own)
    for path in (f"{own}/run/stop", f"{own}/run/start", f"{own}/edit", f"{own}/edit/preview"):
        assert browser.send("/ops", path) == 403
    browser.see(f"{own}/edit", status=403)
    assert list(actions(browser)) == [one for one in actions(browser) if one[0] != "Lan"]


def test_another_tenants_campaign_is_not_found(browser: Browser, campaign: str) -> None:
    theirs = a_tenant(browser.services.store, name="other")
    key = create_token(browser.services.store, tenant=theirs, now=NOON, chance=browser.services.chance)
    assert browser.send("/ops/log-in", "/ops/log-in", token=key) == 303
    assert campaign not in browser.see("/ops")
    own = f"/ops/campaign/{campaign}"

    for path in (own, f"{own}/edit", f"{own}/figures", f"{own}/run/stop", "/ops/campaign/x", f"{own}/run/x"):
        browser.see(path, status=404)


def test_a_preview_changes_nothing_and_a_save_does(browser: Browser, campaign: str) -> None:
    browser.log_in(Role.OPERATOR)
    own = f"/ops/campaign/{campaign}/edit"
    changed = form(browser, campaign, concurrent_call="7", monday_start="09:30", sunday_start="", sunday_end="")
    before = api(browser.client, "GET", f"/v3/campaign/{campaign}")

    assert browser.send(own, f"{own}/preview", **changed) == 200
    told = browser.answer.text
    assert api(browser.client, "GET", f"/v3/campaign/{campaign}") == before
    assert browser.send(own, own, **changed) == 303

    after = api(browser.client, "GET", f"/v3/campaign/{campaign}")
    assert "Mon 09:30-21:00" in told
    assert "concurrent_call" in told
    assert after["concurrent_call"] == 7
    assert after["schedules"][0]["monday_start_time"] == int(9.5 * 3600 * 10**9)
    assert after["schedules"][0]["sunday_end_time"] == 0
    assert ("Lan", "PUT /v3/campaign/{campaign_uuid}") in set(actions(browser))


@pytest.mark.parametrize(
    ("field", "value"),
    [("concurrent_call", "-1"), ("concurrent_call", "x"), ("monday_start", "25:00"), ("mode_call", "fast"),
     ("recall_times", "9999"), ("network_mobi", "1.5"), ("monday_end", "")],
)  # fmt: skip
def test_a_mistake_is_shown_beside_what_was_typed(browser: Browser, campaign: str, field: str, value: str) -> None:
    browser.log_in(Role.OPERATOR)
    own = f"/ops/campaign/{campaign}/edit"
    before = api(browser.client, "GET", f"/v3/campaign/{campaign}")

    for path in (own, f"{own}/preview"):
        assert browser.send(own, path, **form(browser, campaign, recall_times="5") | {field: value}) == 400
        assert 'role="alert"' in browser.answer.text
    assert api(browser.client, "GET", f"/v3/campaign/{campaign}") == before


def test_an_edit_of_a_copy_that_somebody_changed_is_refused(browser: Browser, campaign: str) -> None:
    browser.log_in(Role.OPERATOR)
    own = f"/ops/campaign/{campaign}/edit"
    mine = form(browser, campaign, concurrent_call="9")
    api(browser.client, "PUT", f"/v3/campaign/{campaign}", json={"concurrent_call": 4})

    assert browser.send(own, own, **mine) == 409
    assert api(browser.client, "GET", f"/v3/campaign/{campaign}")["concurrent_call"] == 4


def test_windows_that_the_form_cannot_show_stay_as_they_are(browser: Browser, campaign: str) -> None:
    rows = [
        {"monday_start_time": 0, "monday_end_time": 10**12 + 7},
        {"friday_start_time": 0, "friday_end_time": 10**13},
    ]
    api(browser.client, "PUT", f"/v3/campaign/{campaign}", json={"schedules": rows})
    browser.log_in(Role.OPERATOR)
    own = f"/ops/campaign/{campaign}/edit"

    assert "2 rows of windows" in browser.see(own)
    assert browser.send(own, own, **form(browser, campaign, concurrent_call="2")) == 303
    kept = api(browser.client, "GET", f"/v3/campaign/{campaign}")
    assert (len(kept["schedules"]), kept["concurrent_call"]) == (2, 2)
