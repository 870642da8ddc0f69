"""Callbacks, carriers, switches, numbers, imports, audit: each page shows what is stored, to whom may see it."""

from urllib.parse import quote

import pytest
from sqlalchemy import update

from tests.builders import NOON, let_be_heard
from tests.builders.api import make_campaign, make_leads, make_list
from tests.builders.stored_calls import URL, store_call, store_delivery
from tests.fakes.services import TOKEN, FakeServices
from tests.fakes.telephony import SWITCH
from tests.unit.api.ops.conftest import Browser
from worker.domain.call import CallState
from worker.domain.callback_url import UrlStanding
from worker.domain.retry import DeliveryState
from worker.domain.role import Role
from worker.domain.switch import SwitchState
from worker.domain.switch_address import SwitchUrl
from worker.domain.trunk import Trunk
from worker.ports.paging import Slice
from worker.store.base.callback_tables import deliveries
from worker.store.base.tables import calls, carriers
from worker.usecases.callbacks.queries import list_callback_urls
from worker.usecases.dispatch.keep_switches import add_switch

PHONE = "0981000001"
PAGES = ("callbacks", "carriers", "number?phone=%2B84%20981%20000%20001", "imports", "audit")
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def stored(browser: Browser, services: FakeServices) -> FakeServices:
    """Store one of each, with a hostile text wherever one can be sent."""
    client = browser.client
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    campaign = make_campaign(client)
    made = make_list(client, campaign, name=HOSTILE)
    make_leads(client, made, PHONE)
    call = store_call(services.store, phone=PHONE, cause=HOSTILE)
    store_delivery(services.store, call_id=call, at=NOON)
    with services.store.transaction() as tx:
        tx.connection.execute(update(deliveries).values(state=DeliveryState.DEAD, last_error=HOSTILE))
        carrier = tx.carriers.only_one(tx.connection.execute(deliveries.select()).one().tenant_id)
        assert carrier is not None
        tx.trunks.lock(carrier)
        tx.trunks.save(carrier, Trunk(failures=7, cause=HOSTILE, failing_since=NOON, next_trial_at=NOON))
    client.post("/v1/blacklist", json={"blacklist": [{"phone_number": PHONE, "description": HOSTILE}]})
    client.post("/v1/blacklist/file", files={"file": (f"{HOSTILE}.csv", b"0342222222\nx")})
    client.headers.pop("Authorization")
    return services


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("path", PAGES)
def test_each_page_shows_what_is_stored_as_text(browser: Browser, path: str, language: str) -> None:
    browser.log_in()
    browser.send("/ops", "/ops/look", language=language)

    text = browser.see(f"/ops/{path}")

    assert f'lang="{language}"' in text
    assert "<img" not in text
    assert "&lt;img" in text or path == "audit"


def test_channels_of_a_network_stand_beside_their_limit_where_it_has_one(
    browser: Browser, stored: FakeServices
) -> None:
    with stored.store.transaction() as tx:
        tx.connection.execute(update(carriers).values(network={"mobi": 3, "viettel": 0}))
        tx.connection.execute(update(calls).values(state=CallState.ANSWERED))
    browser.log_in()

    text = browser.see("/ops/carriers")

    assert "Viettel: 1<" in text
    assert "MobiFone: 0 of 3<" in text


def test_dead_letters_are_counted_before_they_are_sent_again(browser: Browser, stored: FakeServices) -> None:
    browser.log_in(Role.OPERATOR)

    asked = browser.see("/ops/callbacks/replay")
    assert browser.send("/ops/callbacks/replay", "/ops/callbacks/replay") == 303
    after = browser.see(browser.answer.headers["location"])

    assert "Send 1 callbacks again?" in asked
    assert "1 callbacks are sent again." in after
    assert "There are no dead letters." in after
    with stored.store.reading() as tx:
        assert tx.connection.execute(deliveries.select()).one().state is DeliveryState.PENDING


def test_a_failing_url_is_enabled(browser: Browser, stored: FakeServices) -> None:
    with stored.store.transaction() as tx:
        tenant = tx.connection.execute(deliveries.select()).one().tenant_id
        tx.callback_urls.save(
            {(tenant, URL): UrlStanding(disabled_at=NOON, failing_since=NOON, reason="410", refusals=1)}
        )
    browser.log_in(Role.OPERATOR)
    (before,) = list_callback_urls(stored.store, tenant_id=tenant, part=Slice(9)).rows

    assert URL in browser.see("/ops/callbacks")
    assert before[1].disabled_at == NOON
    assert browser.send("/ops/callbacks", "/ops/callbacks/url/enable", url=URL) == 303
    after = list_callback_urls(stored.store, tenant_id=tenant, part=Slice(9)).rows
    assert [url for url, standing in after if standing.disabled_at is not None] == []


@pytest.mark.usefixtures("stored")
def test_a_read_only_key_sends_nothing_again(browser: Browser) -> None:
    browser.log_in(Role.READ_ONLY)

    assert "/ops/callbacks/replay" not in browser.see("/ops/callbacks")
    browser.see("/ops/callbacks/replay", status=403)
    assert browser.send("/ops", "/ops/callbacks/replay") == 403
    assert browser.send("/ops", "/ops/callbacks/url/enable", url=URL) == 403


@pytest.mark.usefixtures("stored")
def test_a_numbers_story_names_its_lead_its_calls_and_why_it_is_not_called(browser: Browser) -> None:
    browser.log_in(Role.READ_ONLY)

    story = browser.see("/ops/number?phone=84981000001")

    assert "This number is on the do-not-call list" in story
    assert "The number is on the do-not-call list" in story
    assert "no answer" in story
    assert URL in story
    assert "dead" in story
    assert "&lt;img src=x onerror=alert(1)&gt;</td></tr>" in story.split("Callbacks</h2>")[1]
    assert "No lead has this number." in browser.see("/ops/number?phone=0999999999")
    assert "every lead, call" in browser.see("/ops/number")


@pytest.mark.usefixtures("stored")
def test_an_import_shows_its_report(browser: Browser) -> None:
    browser.log_in(Role.READ_ONLY)
    imported = browser.see("/ops/imports")
    path = imported.split('href="/ops/imports/')[1].split('"')[0]

    assert "waiting" in imported
    assert "Every row was taken" in browser.see(f"/ops/imports/{path}")


@pytest.mark.usefixtures("stored")
def test_the_trail_is_for_admins_and_filtered_by_who(browser: Browser) -> None:
    browser.log_in(Role.OPERATOR)
    assert 'href="/ops/audit"' not in browser.see("/ops")
    browser.see("/ops/audit", status=403)
    browser.send("/ops", "/ops/log-out")
    browser.log_in(Role.ADMIN)

    assert "POST /v3/campaign" in browser.see("/ops/audit")
    assert "POST /v3/campaign" not in browser.see("/ops/audit?actor=nobody")
    assert "No entry matches." in browser.see("/ops/audit?actor=nobody")


def test_switches_are_for_the_installations_own_token(browser: Browser, services: FakeServices) -> None:
    browser.log_in(Role.ADMIN)
    assert 'href="/ops/switches"' not in browser.see("/ops")
    browser.see("/ops/switches", status=403)
    assert browser.send("/ops", "/ops/switches", name=SWITCH, state="draining") == 403
    browser.send("/ops", "/ops/log-out")
    assert browser.send("/ops/log-in", "/ops/log-in", token=TOKEN) == 303

    assert SWITCH in browser.see("/ops/switches")
    browser.see("/ops/switches/forget?name=x", status=404)
    browser.see("/ops/switches/drain?name=x", status=404)
    assert browser.send("/ops/switches", "/ops/switches", name=SWITCH, state="draining") == 303
    assert state_of(services) is SwitchState.DRAINING
    assert "gets no new calls until an operator resumes it" in browser.see("/ops/switches")
    assert browser.send("/ops/switches", "/ops/switches", name=SWITCH, state="active") == 303
    assert state_of(services) is SwitchState.ACTIVE
    assert browser.send("/ops/switches", "/ops/switches", name=SWITCH, state="gone") == 400


def test_a_drain_says_what_will_happen_before_it_does(browser: Browser, services: FakeServices) -> None:
    browser.send("/ops/log-in", "/ops/log-in", token=TOKEN)

    listed = browser.see("/ops/switches")
    alone = browser.see(f"/ops/switches/drain?name={SWITCH}")
    let_be_heard(services.store, "pbx-2")
    unheard = add_switch(services.store, SwitchUrl.parse("esl://:secret@pbx-3:8021"), weight=1, now=NOON)
    beside = browser.see(f"/ops/switches/drain?name={SWITCH}")
    browser.send("/ops/switches", "/ops/switches", name=SWITCH, state="draining")
    back = browser.see(f"/ops/switches/resume?name={SWITCH}")
    silent = browser.see(f"/ops/switches/resume?name={unheard.name}")

    assert f'href="/ops/switches/drain?name={quote(SWITCH)}"' in listed
    assert f"Drain “{SWITCH}”?" in alone
    assert "0 calls that are up go on" in alone
    assert "No other switch takes calls now" in alone
    assert 'value="draining"' in alone
    assert "New calls go to 1 others: pbx-2." in beside
    assert state_of(services) is SwitchState.DRAINING
    assert "It gets new calls at once" in back
    assert 'value="active"' in back
    assert "It takes no calls all the same: " in silent


def state_of(services: FakeServices) -> SwitchState:
    with services.store.reading() as tx:
        return next(one.state for one in tx.switches.all() if one.name == SWITCH)


@pytest.mark.parametrize("changed", ["x", "0" * 64, ""])
def test_a_session_that_claims_to_be_the_installations_is_not(browser: Browser, changed: str) -> None:
    browser.send("/ops/log-in", "/ops/log-in", token=TOKEN)
    role, token, _ = browser.client.cookies["callbeat_ops"].strip('"').split(":")
    browser.client.cookies.clear()
    browser.client.cookies.set("callbeat_ops", f"{role}:{token}:{changed}", path="/ops")

    browser.see("/ops/switches", status=403)
    browser.see("/ops")


def test_a_proof_is_worth_nothing_once_the_installations_token_has_changed(
    browser: Browser, services: FakeServices
) -> None:
    browser.send("/ops/log-in", "/ops/log-in", token=TOKEN)
    services.api_token = "another-token-of-the-installation"

    browser.see("/ops/switches", status=303)
