"""Acts on all campaigns that match: counted before, told after, each audited as if it were changed alone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.ops import many
from tests.builders import NOON
from tests.builders.api import SEED_TEMPLATE, a_tenant, make_campaign
from tests.fakes.services import TOKEN
from tests.unit.api.ops.conftest import Browser
from worker.domain.role import Role
from worker.usecases.records import change_many
from worker.usecases.records.api_tokens import create_token
from worker.usecases.records.save_campaign import SavedCampaign, save_campaign

ALL = "/ops/campaigns/all"


@pytest.fixture
def campaigns(browser: Browser) -> dict[str, str]:
    """Make four campaigns: two run, one is paused, one is stopped. Return their ids by name."""
    client = browser.client
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    made = {"first": make_campaign(client)}
    for name in ("wave 1", "wave 2", "wave 3"):
        body = {"campaign_name": name, "type": "autocall", "template_uuid": SEED_TEMPLATE, "concurrent_call": 1}
        made[name] = client.post("/v3/campaign", json=body).json()["campaign_uuid"]
    client.headers.pop("Authorization")
    for name, action in (("first", "start"), ("wave 1", "start"), ("wave 2", "pause")):
        browser.api("POST", f"/v3/campaign/{made[name]}/run/{action}")
    return made


def statuses(browser: Browser, campaigns: dict[str, str]) -> dict[str, str]:
    return {name: browser.api("GET", f"/v3/campaign/{one}")["status"] for name, one in campaigns.items()}


def confirmed(text: str) -> str:
    found = re.search(r'name="campaigns" value="([0-9a-f.]*)"', text)
    assert found is not None
    return found[1]


def act(browser: Browser, wish: str, query: str = "", **fields: str) -> str:
    """Open the confirmation, send its form, and return the result."""
    path = f"{ALL}/{wish}?{query}"
    asked = browser.see(path)
    browser.send(path, f"{ALL}/{wish}", query=query, campaigns=confirmed(asked), **fields)
    return browser.answer.text


def entries(browser: Browser) -> Iterator[tuple[str, str]]:
    for row in browser.api("GET", "/v3/audit", params={"limit": 100, "actor": "Lan"})["data"]:
        yield row["action"], row["subject"]


def test_a_pause_names_and_counts_what_runs_and_leaves_the_rest(browser: Browser, campaigns: dict[str, str]) -> None:
    browser.log_in(Role.OPERATOR)

    asked = browser.see(f"{ALL}/pause")
    before = statuses(browser, campaigns)
    told = act(browser, "pause")

    assert "Pause 2 campaigns?" in asked
    assert "4 campaigns match" in asked
    assert "2 of them stay as they are" in asked
    assert campaigns["wave 1"] in asked
    assert campaigns["wave 3"] not in asked
    assert before["first"] == "start"
    assert "2 of 2 campaigns are paused." in told
    assert statuses(browser, campaigns) == {"first": "pause", "wave 1": "pause", "wave 2": "pause", "wave 3": "stop"}
    pause = "POST /v3/campaign/{campaign_uuid}/run/pause"
    assert set(entries(browser)) == {(pause, campaigns["first"]), (pause, campaigns["wave 1"])}


def test_a_search_and_a_filter_decide_who_is_meant(browser: Browser, campaigns: dict[str, str]) -> None:
    browser.log_in(Role.OPERATOR)

    listed = browser.see("/ops?search=wave&state=finished")
    told = act(browser, "pause", "search=wave&state=finished")

    assert "/ops/campaigns/all/pause?search=wave&amp;state=finished" in listed
    assert "1 of 1 campaigns are paused." in told
    assert statuses(browser, campaigns)["first"] == "start"
    assert statuses(browser, campaigns)["wave 1"] == "pause"


def test_what_is_paused_is_resumed_and_a_stopped_one_is_not(browser: Browser, campaigns: dict[str, str]) -> None:
    browser.log_in(Role.OPERATOR)

    told = act(browser, "resume")

    assert "1 of 1 campaigns are resumed." in told
    assert statuses(browser, campaigns) == {"first": "start", "wave 1": "start", "wave 2": "start", "wave 3": "stop"}
    assert "No campaign that matches can be changed so." in browser.see(f"{ALL}/resume")


def test_limits_change_where_they_differ_and_only_those_named(browser: Browser, campaigns: dict[str, str]) -> None:
    browser.api("PUT", f"/v3/campaign/{campaigns['wave 2']}", json={"concurrent_call": 7, "network": {"mobi": 3}})
    browser.log_in(Role.OPERATOR)

    asked = browser.see(f"{ALL}/limits?search=wave")
    told = act(browser, "limits", "search=wave", concurrent_call="7", network_mobi="", network_tel="0")

    assert "Change the limits of 3 campaigns" in asked
    assert "2 of 3 campaigns are changed." in told
    assert "1 stayed as they are" in told
    kept = {name: browser.api("GET", f"/v3/campaign/{one}") for name, one in campaigns.items()}
    assert {name: one["concurrent_call"] for name, one in kept.items()} == {
        "first": 1, "wave 1": 7, "wave 2": 7, "wave 3": 7,
    }  # fmt: skip
    assert kept["wave 2"]["network"]["mobi"] == 3
    (sent, *_) = [row["sent"] for row in browser.api("GET", "/v3/audit", params={"actor": "Lan"})["data"]]
    assert sent == {"all_that_match": "search=wave", "concurrent_call": "7", "network_tel": "0"}


@pytest.mark.usefixtures("campaigns")
@pytest.mark.parametrize(("field", "value"), [("concurrent_call", "-1"), ("network_mobi", "x"), ("", "")])
def test_a_wrong_limit_is_shown_and_changes_nothing(browser: Browser, field: str, value: str) -> None:
    browser.log_in(Role.OPERATOR)

    told = act(browser, "limits", **({field: value, "network_vina": "4"} if field else {}))

    assert browser.answer.status_code == 400
    assert 'role="alert"' in told
    assert not field or 'value="4"' in told
    assert list(entries(browser)) == []


def test_each_refusal_is_named_with_its_cause_and_holds_up_no_other(
    browser: Browser, campaigns: dict[str, str]
) -> None:
    browser.api("POST", f"/v3/campaign/{campaigns['first']}/run/pause")
    browser.log_in(Role.OPERATOR)
    ids = confirmed(browser.see(f"{ALL}/resume"))
    browser.api("PATCH", f"/v3/campaign/{campaigns['wave 2']}/active", json={"active": False})

    browser.send("/ops", f"{ALL}/resume", campaigns=f"{ids}.{'0' * 32}")
    told = browser.answer.text

    assert "1 of 3 campaigns are resumed." in told
    assert "2 refused" in told
    assert "campaign is not active" in told
    assert "It does not exist any more" in told
    assert statuses(browser, campaigns)["first"] == "start"


def test_what_was_stopped_after_the_confirmation_stays_stopped(browser: Browser, campaigns: dict[str, str]) -> None:
    browser.log_in(Role.OPERATOR)
    ids = confirmed(browser.see(f"{ALL}/pause"))
    browser.api("POST", f"/v3/campaign/{campaigns['first']}/run/stop")

    browser.send("/ops", f"{ALL}/pause", campaigns=ids)

    assert "1 of 2 campaigns are paused." in browser.answer.text
    assert "1 stayed as they are" in browser.answer.text
    assert statuses(browser, campaigns)["first"] == "stop"


def test_what_is_stopped_while_it_is_changed_stays_stopped(
    browser: Browser, campaigns: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_first(*given: Any, **named: Any) -> SavedCampaign:
        browser.api("POST", f"/v3/campaign/{campaigns['first']}/run/stop")
        return save_campaign(*given, **named)

    browser.log_in(Role.OPERATOR)
    monkeypatch.setattr(change_many, "save_campaign", stop_first)

    told = act(browser, "pause", "search=first")

    assert "1 refused" in told
    assert statuses(browser, campaigns)["first"] == "stop"


def test_what_was_not_begun_in_time_is_offered_again(
    browser: Browser, campaigns: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_many, "LONGEST", NOON - NOON)
    browser.log_in(Role.OPERATOR)

    told = act(browser, "pause")

    assert "0 of 2 campaigns are paused." in told
    assert "2 were not begun" in told
    assert len(confirmed(told).split(".")) == 2
    assert statuses(browser, campaigns)["first"] == "start"


@pytest.mark.usefixtures("campaigns")
def test_more_than_one_act_may_change_are_named_and_cut(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "MOST_AT_ONCE", 1)
    browser.log_in(Role.OPERATOR)

    asked = browser.see(f"{ALL}/pause")
    two = browser.send("/ops", f"{ALL}/pause", campaigns=f"{'0' * 32}.{'1' * 32}")

    assert "Pause 1 campaigns?" in asked
    assert "Only the first 1 are changed at once" in asked
    assert len(confirmed(asked).split(".")) == 1
    assert two == 400


def test_a_read_only_key_and_another_tenant_change_nothing(browser: Browser, campaigns: dict[str, str]) -> None:
    browser.log_in(Role.READ_ONLY)
    assert ALL not in browser.see("/ops")
    for wish in ("pause", "resume", "limits"):
        browser.see(f"{ALL}/{wish}", status=403)
        assert browser.send("/ops", f"{ALL}/{wish}", campaigns=campaigns["first"]) == 403
    browser.send("/ops", "/ops/log-out")
    theirs = a_tenant(browser.services.store, name="other")
    key = create_token(browser.services.store, tenant=theirs, now=NOON, chance=browser.services.chance)
    assert browser.send("/ops/log-in", "/ops/log-in", token=key) == 303

    assert browser.send("/ops", f"{ALL}/pause", campaigns=campaigns["first"].replace("-", "")) == 200

    assert "1 refused" in browser.answer.text
    assert "first" not in browser.answer.text.split("<main")[1]
    assert statuses(browser, campaigns)["first"] == "start"
    assert browser.send("/ops", f"{ALL}/pause", campaigns="x") == 400
    browser.see(f"{ALL}/stop", status=404)


def test_hostile_names_and_searches_are_shown_as_text(browser: Browser, campaigns: dict[str, str]) -> None:
    name = "<script>alert(1)</script>\"'&"
    browser.api("PUT", f"/v3/campaign/{campaigns['first']}", json={"campaign_name": name})
    browser.log_in()
    browser.send("/ops", "/ops/look", language="vi")

    pages = [browser.see(f"{ALL}/pause?search=%3Cscript%3Ealert"), act(browser, "pause", "search=<script>alert")]

    assert all("<script>alert" not in text and "&lt;script&gt;alert" in text for text in pages)
