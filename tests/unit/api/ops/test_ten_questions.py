"""Ten questions of an operator: each answer is read at most three clicks away from the list of campaigns."""

import re
from html import unescape
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import pytest

from tests.builders import NOON
from tests.builders.api import SEED_CARRIER, make_campaign, make_leads, make_list
from tests.builders.stored_calls import URL, store_call, store_delivery
from tests.fakes.services import TOKEN
from tests.fakes.telephony import SWITCH
from tests.unit.api.ops.conftest import Browser
from worker.domain.call import Outcome
from worker.domain.callback_url import UrlStanding
from worker.domain.ids import CarrierId
from worker.domain.role import Role
from worker.domain.trunk import Trunk
from worker.usecases.dispatch.keep_switches import drain_switch

MOST_CLICKS: Final = 3
FAILED: Final = "0981000001"


class Reader:
    """Begins at the list and follows what is shown there; each link or sent search is a click."""

    def __init__(self, browser: Browser) -> None:
        """Open the list."""
        self._browser = browser
        self.clicks = 0
        self._open("/ops")

    def click(self, text: str) -> "Reader":
        """Follow the link that reads so."""
        links = re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', self._page, flags=re.DOTALL)
        found = [unescape(address) for address, inner in links if plain(inner) == text]
        assert found, (text, [plain(inner) for _, inner in links])
        self._count()
        self._open(found[0])
        return self

    def search(self, **fields: str) -> "Reader":
        """Fill in the page's search and send it."""
        form = re.search(r'<form[^>]*method="get" action="([^"]*)"[^>]*>(.*?)</form>', self._page, flags=re.DOTALL)
        assert form is not None
        assert fields.keys() <= set(re.findall(r'name="([a-z_]+)"', form[2]))
        self._count()
        self._open(f"{form[1]}?{urlencode(fields)}")
        return self

    def reads(self, answer: str) -> None:
        """Fail when the page does not say it."""
        assert answer in self.text, self.text

    @property
    def text(self) -> str:
        """What a reader sees, of the parts that the page loads by itself too."""
        return plain(self._page)

    def _count(self) -> None:
        self.clicks += 1
        assert self.clicks <= MOST_CLICKS

    def _open(self, path: str) -> None:
        page = self._browser.see(path)
        parts = re.findall(r'hx-get="([^"]*)" hx-trigger="load', page)
        self._page = page + "".join(self._browser.see(part) for part in parts)


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


@pytest.fixture
def campaign(browser: Browser) -> str:
    """Make a campaign with three leads, of which one failed at ten; log in as an admin."""
    browser.client.headers["Authorization"] = f"Bearer {TOKEN}"
    made = make_campaign(browser.client)
    make_leads(browser.client, make_list(browser.client, made), FAILED, "0981000002", "0901000003")
    browser.client.headers.pop("Authorization")
    store = browser.services.store
    ten = NOON.subtract(hours=2)
    store_call(store, phone=FAILED, started_at=ten, outcome=Outcome.FAILED, cause="NETWORK_OUT_OF_ORDER")
    store_call(store, phone="0981000002", started_at=ten)
    store_call(store, phone="0901000003", outcome=Outcome.FAILED)
    browser.log_in(Role.ADMIN)
    return made


def start(browser: Browser, campaign: str) -> None:
    browser.api("POST", f"/v3/campaign/{campaign}/run/start")


def test_why_does_a_campaign_stand_still(browser: Browser, campaign: str) -> None:
    start(browser, campaign)
    browser.services.clock.wait(10 * 3600)

    Reader(browser).click("first").reads("No window of the campaign is open (until Tue 24/11 08:00)")


@pytest.mark.usefixtures("campaign")
def test_which_numbers_failed_at_ten(browser: Browser) -> None:
    shown = Reader(browser).click("first").click("Calls by hour and outcome")
    shown.search(hour="2026-11-23 10:00", outcome="failed")

    shown.reads(f"{FAILED} Viettel failed NETWORK_OUT_OF_ORDER")
    assert "0981000002" not in shown.text
    assert "0901000003" not in shown.text


@pytest.mark.usefixtures("campaign")
def test_when_will_it_finish(browser: Browser) -> None:
    Reader(browser).click("first").reads("Done likely 12:10")


@pytest.mark.usefixtures("campaign")
def test_is_a_carrier_well(browser: Browser) -> None:
    Reader(browser).click("Carriers").reads("main Gateway")
    with browser.services.store.transaction() as tx:
        carrier = CarrierId(UUID(SEED_CARRIER))
        tx.trunks.lock(carrier)
        tx.trunks.save(carrier, Trunk(failures=7, cause="RECOVERY", failing_since=NOON, next_trial_at=NOON))

    shown = Reader(browser).click("Carriers")

    shown.reads("failing")
    shown.reads("RECOVERY Failures in a row: 7 12:00")


def test_who_stopped_it(browser: Browser, campaign: str) -> None:
    start(browser, campaign)
    browser.send(f"/ops/campaign/{campaign}/run/stop", f"/ops/campaign/{campaign}/run/stop")

    shown = Reader(browser).click("first").click("Who changed it")

    shown.reads("Lan admin testclient POST /v3/campaign/{campaign_uuid}/run/stop " + campaign)
    assert "/v3/list" not in shown.text


@pytest.mark.usefixtures("campaign")
def test_may_a_number_be_called_and_what_happened_to_it(browser: Browser) -> None:
    browser.api("POST", "/v1/blacklist", json={"blacklist": [{"phone_number": FAILED, "description": "asked"}]})

    shown = Reader(browser).click("A number").search(phone=FAILED)

    shown.reads("This number is on the do-not-call list: asked")
    shown.reads("failed NETWORK_OUT_OF_ORDER")


@pytest.mark.usefixtures("campaign")
def test_does_the_crm_get_its_callbacks(browser: Browser) -> None:
    store = browser.services.store
    delivery = store_delivery(store, call_id=store_call(store, phone=FAILED), at=NOON)
    with store.transaction() as tx:
        tx.callback_urls.save(
            {(delivery.tenant_id, URL): UrlStanding(failing_since=NOON, disabled_at=NOON, reason="410", refusals=1)}
        )

    shown = Reader(browser).click("Callbacks")

    shown.reads("Waiting to be sent 1")
    shown.reads(f"{URL} 410 1")


@pytest.mark.usefixtures("campaign")
def test_does_any_switch_take_calls(browser: Browser) -> None:
    drain_switch(browser.services.store, SWITCH, now=NOON)
    browser.send("/ops", "/ops/log-out")
    browser.send("/ops/log-in", "/ops/log-in", token=TOKEN)

    Reader(browser).click("Switches").reads(f"{SWITCH} draining")


@pytest.mark.usefixtures("campaign")
def test_which_rows_of_a_file_were_refused(browser: Browser) -> None:
    browser.client.post(
        "/v1/blacklist/file",
        files={"file": ("stop.csv", b"0342222222\nx")},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )

    shown = Reader(browser).click("Imports")

    shown.reads("stop.csv do not call waiting")
    shown.click("stop.csv").reads("Refused and restored rows")


def test_whom_would_a_start_skip(browser: Browser, campaign: str) -> None:
    change = {"mode_call": "parralel", "network": {"viettel": 1, "mobi": 0}}
    browser.api("PUT", f"/v3/campaign/{campaign}", json=change)

    Reader(browser).click("first").click("Start").reads("1 on MobiFone: no channel in the campaign or on its carrier.")
