"""The session of `/ops`: who comes in, how it ends, and that no other site can use it."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from tests.fakes.services import TOKEN, FakeServices
from tests.unit.api.ops.conftest import Browser
from worker.domain.api_key import ACCESS_TOKEN_LIVES, key_id
from worker.domain.login_limit import MOST_FAILURES
from worker.domain.role import Role
from worker.store.base.access_tables import tokens
from worker.usecases.records.api_tokens import hash_of


def test_a_key_opens_a_session_that_scripts_and_other_sites_cannot_use(browser: Browser) -> None:
    browser.send("/ops/log-in", "/ops/log-in", token=browser.key(), next="/ops?state=failing")

    assert (browser.answer.status_code, browser.answer.headers["location"]) == (303, "/ops?state=failing")
    session = next(one for one in browser.answer.headers.get_list("set-cookie") if one.startswith("callbeat_ops="))
    assert {"HttpOnly", "SameSite=strict", "Path=/ops"} <= set(session.split("; "))
    assert "Lan (admin)" in browser.see("/ops")


def test_behind_https_the_cookies_are_secure(anonymous: TestClient) -> None:
    anonymous.base_url = "https://testserver"

    assert "Secure" in anonymous.get("/ops/log-in").headers["set-cookie"]


def test_an_access_token_is_its_own_session(browser: Browser) -> None:
    token = browser.client.post("/v3/auth/token", json={"api_key": browser.key()}).json()["token"]

    assert browser.send("/ops/log-in", "/ops/log-in", token=token) == 303
    browser.see("/ops")


def test_the_installations_token_opens_a_session(browser: Browser) -> None:
    assert browser.send("/ops/log-in", "/ops/log-in", token=TOKEN) == 303
    assert TOKEN not in str(browser.answer.headers)


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/opsevil", "/ops/\\evil", "/v3/campaign"])
def test_a_log_in_leads_nowhere_else(browser: Browser, to: str) -> None:
    browser.send("/ops/log-in", "/ops/log-in", token=browser.key(), next=to)

    assert browser.answer.headers["location"] == "/ops"


def test_without_a_session_every_page_leads_to_the_log_in(anonymous: TestClient) -> None:
    page = anonymous.get("/ops?page=2", follow_redirects=False)
    part = anonymous.get("/ops", headers={"HX-Request": "true"}, follow_redirects=False)
    stream = anonymous.get("/ops/campaigns/live", headers={"Accept": "text/event-stream"})

    assert (page.status_code, page.headers["location"]) == (303, "/ops/log-in?next=%2Fops%3Fpage%3D2")
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/ops/log-in")
    assert stream.status_code == 204


def test_a_wrong_key_is_refused_and_ten_of_them_for_a_while(browser: Browser) -> None:
    statuses = [browser.send("/ops/log-in", "/ops/log-in", token=f"wrong{n % 2}") for n in range(2 * MOST_FAILURES)]

    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert int(browser.answer.headers["retry-after"]) > 0


def test_the_session_ends_with_the_key(browser: Browser, services: FakeServices) -> None:
    key = browser.log_in()
    with services.store.transaction() as tx:
        tx.api_keys.revoke(key_id(hash_of(key)))

    browser.see("/ops", status=303)


def test_the_session_ends_when_the_key_gets_another_role(browser: Browser, services: FakeServices) -> None:
    key = browser.log_in(Role.ADMIN)
    with services.store.transaction() as tx:
        tx.connection.execute(update(tokens).where(tokens.c.hash == hash_of(key)).values(role=Role.READ_ONLY))

    browser.see("/ops", status=303)


def test_the_session_ends_after_a_day(browser: Browser, services: FakeServices) -> None:
    browser.log_in()
    services.clock.wait(ACCESS_TOKEN_LIVES.total_seconds())

    browser.see("/ops", status=303)


def test_a_log_out_ends_the_session_in_the_database_too(browser: Browser) -> None:
    browser.log_in()
    kept = browser.client.cookies["callbeat_ops"]

    assert browser.send("/ops", "/ops/log-out") == 303
    browser.client.cookies.set("callbeat_ops", kept, path="/ops")
    browser.see("/ops", status=303)


@pytest.mark.parametrize("sent", [{}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "ỳ"}])
def test_a_form_of_another_site_is_refused(browser: Browser, sent: dict[str, str]) -> None:
    browser.log_in()

    for path in ("/ops/log-out", "/ops/look", "/ops/log-in"):
        answer = browser.client.post(path, data=sent, follow_redirects=False)
        assert answer.status_code == 403
    browser.see("/ops")


def test_a_log_in_form_of_another_site_is_refused(anonymous: TestClient) -> None:
    assert anonymous.post("/ops/log-in", data={"token": TOKEN}, follow_redirects=False).status_code == 403
    assert "callbeat_ops" not in anonymous.cookies


def test_language_and_colours_are_kept(browser: Browser) -> None:
    assert 'lang="en" data-theme="auto"' in browser.see("/ops/log-in")

    assert browser.send("/ops/log-in", "/ops/look", language="vi", next="/ops/log-in") == 303
    assert browser.send("/ops/log-in", "/ops/look", theme="dark", next="//evil.example") == 303

    assert browser.answer.headers["location"] == "/ops"
    assert 'lang="vi" data-theme="dark"' in browser.see("/ops/log-in")
    assert "Đăng nhập" in browser.see("/ops/log-in")


def test_a_browser_that_asks_for_vietnamese_gets_it(anonymous: TestClient) -> None:
    assert 'lang="vi"' in anonymous.get("/ops/log-in", headers={"Accept-Language": "vi-VN,en;q=0.8"}).text


def test_pages_are_not_kept_and_run_nothing_from_elsewhere(browser: Browser) -> None:
    headers = browser.client.get("/ops/log-in").headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))

    assert headers["cache-control"] == "no-store"
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
