"""`/ops` in a browser, against a running Callbeat: numbers move, limits change, a pause holds, a reason is read.

It uses the Chromium of the system (Debian's package `chromium`), and is skipped where there is none.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.stack.browser import MOVES_MILLISECONDS, needs_chromium, opened_page
from tests.stack.operator import Operator, numbers_of
from tests.stack.running import Stack

pytestmark = needs_chromium


@pytest.fixture
def page(stack: Stack) -> Iterator[Page]:
    with opened_page(str(stack.api.base_url)) as opened:
        yield opened


def test_an_operator_sees_a_campaign_dial_changes_its_limit_and_pauses_it(
    operator: Operator, page: Page, stack: Stack
) -> None:
    carrier = operator.carrier(carrier_name="trunk of the page")
    campaign = operator.campaign(carrier=carrier, concurrent_call=2)
    operator.import_leads(campaign, numbers_of("viettel", count=40, series=8))
    token = stack.api.headers["Authorization"].removeprefix("Bearer ")

    page.goto("/ops?search=trunk+of+the+page")
    page.keyboard.type(token)  # the field has the focus
    page.keyboard.press("Enter")
    row = page.locator(f"#c-{campaign}")
    expect(row).to_contain_text("The campaign is stopped")

    operator.start(campaign)
    expect(row).to_contain_text("Dialling", timeout=MOVES_MILLISECONDS)
    expect(row).to_contain_text("2 of 2", timeout=MOVES_MILLISECONDS)
    expect(row).to_contain_text("The campaign's calls at once are all in use")

    row.get_by_role("link").click()
    page.get_by_role("link", name="Change limits").click()
    page.get_by_label("Most calls at once").fill("1")
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_role("status")).to_contain_text("concurrent_call")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#b-channels")).to_contain_text("1 of 1", timeout=MOVES_MILLISECONDS)

    page.get_by_role("link", name="Pause", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("stays paused until it is started")
    page.keyboard.press("Enter")  # the confirmation has the focus
    expect(page.locator("#b-why")).to_contain_text("The campaign is paused", timeout=MOVES_MILLISECONDS)
    expect(page.locator("#f-calls tbody tr").first).to_contain_text("0981", timeout=MOVES_MILLISECONDS)
    assert stack.get(f"/v3/campaign/{campaign}")["status"] == "pause"

    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="VI").click()
    expect(page.locator("#b-why")).to_contain_text("Chiến dịch tạm dừng")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    operator.put(campaign, status="stop")
