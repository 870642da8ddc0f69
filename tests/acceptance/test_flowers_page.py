"""Flower in a browser, as `callbeat up` runs it: which processes work, what they did, and what a task was."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.stack.browser import needs_chromium, opened_page
from tests.stack.operator import Operator, numbers_of
from tests.stack.running import Stack

pytestmark = needs_chromium
WORKERS = ("worker-1", "worker-2", "callbacks", "speech")


@pytest.fixture
def page(stack: Stack) -> Iterator[Page]:
    with opened_page(stack.flower) as opened:
        yield opened


def test_flower_shows_which_process_did_what_and_no_phone_number(operator: Operator, page: Page) -> None:
    campaign = operator.campaign(carrier=operator.carrier())
    (phone,) = numbers_of("viettel", count=1, series=9)
    operator.import_leads(campaign, [phone])
    operator.start(campaign)
    operator.wait_until_over(campaign)

    page.goto("/workers")
    table = page.locator("#workers-table")
    for name in WORKERS:
        expect(table).to_contain_text(f"{name}@")
    expect(table.locator("tbody tr").filter(has_text="worker-1@")).to_contain_text("Online")
    table.get_by_role("link", name="worker-1@").click()
    expect(page.locator("body")).to_contain_text("solo")
    page.get_by_role("tab", name="Queues").click()
    for queue in ("plan", "calls", "maintenance"):
        expect(page.locator("#tab-queues")).to_contain_text(queue)

    page.goto("/tasks")
    page.get_by_role("searchbox").fill("callbeat.place_calls")
    row = page.locator("#tasks-table tbody tr").first
    expect(row).to_contain_text("callbeat.place_calls")
    expect(row).to_contain_text("SUCCESS")
    expect(page.locator("#tasks-table")).not_to_contain_text(phone[-7:])
