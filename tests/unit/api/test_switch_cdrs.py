"""CDRs that switches post: who may, what is taken, and that a switch is never told to stop."""

import base64
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pendulum import Duration

from api.switch_cdrs import LONGEST_CDR
from tests.builders import NOON
from tests.fakes.services import FakeServices
from tests.fakes.telephony import SWITCH
from worker.domain.errors import NotFound, Unavailable
from worker.domain.switch import Switch
from worker.ports.dispatch.second_source import PostedCdr
from worker.usecases.dispatch.take_cdr import set_cdr_secret

PAYLOADS = Path(__file__).parents[2] / "payloads"
PATH = "/v3/switch/cdr?uuid=x"
SECRET, OTHER_SECRET = "s3cr_t-1", "0ther"
OTHER = "10.0.0.2:8021"


def body_of(name: str) -> bytes:
    return (PAYLOADS / f"cdr-{name}.http").read_bytes().partition(b"\r\n\r\n")[2]


def basic(secret: str, *, user: str = "switch") -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{secret}'.encode()).decode()}"}


@pytest.fixture
def switch(anonymous: TestClient, services: FakeServices) -> TestClient:
    """Return a client with the secret of one of two switches."""
    rows = [Switch(name=name, url=f"esl://:x@{name}", state_since=NOON, created_at=NOON) for name in (SWITCH, OTHER)]
    with services.store.transaction() as tx:
        tx.switches.insert_missing(rows)
    set_cdr_secret(services.store, switch=SWITCH, secret=SECRET)
    set_cdr_secret(services.store, switch=OTHER, secret=OTHER_SECRET)
    anonymous.headers.update(basic(SECRET))
    return anonymous


def waiting(services: FakeServices) -> list[PostedCdr]:
    with services.store.transaction() as tx:
        return tx.posted_cdrs.take(limit=100)


@pytest.mark.parametrize("name", ["answered-dtmf-1-2", "busy-486", "busy-486-form-encoded", "bridged-callee-leg"])
def test_each_recorded_post_is_stored_under_its_switch(switch: TestClient, services: FakeServices, name: str) -> None:
    kind = "application/x-www-form-urlencoded" if "form" in name else "application/json"

    answer = switch.post(PATH, content=body_of(name), headers={"Content-Type": kind})

    assert (answer.status_code, answer.json()) == (200, {"stored": True})
    (found,) = waiting(services)
    assert (found.switch, found.received_at) == (SWITCH, NOON)
    assert found.facts["Unique-ID"] == str(found.call_id)


def test_a_repeated_post_is_taken_again(switch: TestClient, services: FakeServices) -> None:
    statuses = [switch.post(PATH, content=body_of("busy-486")).status_code for _ in range(2)]

    assert statuses == [200, 200]
    assert len({cdr.call_id for cdr in waiting(services)}) == 1


def test_a_leg_that_is_no_call_of_ours_is_taken_and_forgotten(switch: TestClient, services: FakeServices) -> None:
    answer = switch.post(PATH, content=body_of("bridged-agent-leg"))

    assert (answer.status_code, answer.json()) == (200, {"stored": False})
    assert waiting(services) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        basic("wrong"),
        basic(""),
        {"Authorization": f"Bearer {SECRET}"},
        {"Authorization": SECRET},
        {"Authorization": "Basic"},
        {"Authorization": "Basic ====="},
        {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()},
        {"Authorization": "Basic " + base64.b64encode(b"switch:\xff\xfe").decode()},
    ],
)
def test_without_the_secret_of_a_switch_nothing_is_read(
    switch: TestClient, services: FakeServices, headers: dict[str, str]
) -> None:
    answer = switch.post(PATH, content=body_of("busy-486"), headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.json() == {"error": "Unauthorized"}
    assert waiting(services) == []


def test_each_switch_has_a_secret_of_its_own_and_a_new_one_voids_the_old(
    switch: TestClient, services: FakeServices
) -> None:
    set_cdr_secret(services.store, switch=SWITCH, secret="new")

    old = switch.post(PATH, content=body_of("busy-486"))
    new = switch.post(PATH, content=body_of("busy-486"), headers=basic("new", user="whoever"))
    other = switch.post(PATH, content=body_of("busy-486"), headers=basic(OTHER_SECRET))

    assert [answer.status_code for answer in (old, new, other)] == [401, 200, 200]
    assert [cdr.switch for cdr in waiting(services)] == [SWITCH, OTHER]


@pytest.mark.parametrize("user", ["", "switch", SWITCH, "[::1]:8021"])
def test_the_user_may_be_any_word_and_the_switchs_name_too(switch: TestClient, user: str) -> None:
    assert switch.post(PATH, content=body_of("busy-486"), headers=basic(SECRET, user=user)).status_code == 200


def test_the_secret_is_not_stored(switch: TestClient, services: FakeServices) -> None:
    assert switch
    with services.store.reading() as tx:
        hashes = {row.cdr_secret_hash for row in tx.switches.all()}

    assert len(hashes) == 2
    assert hashes.isdisjoint({SECRET, OTHER_SECRET, None})


def test_only_a_known_switch_gets_a_secret(services: FakeServices) -> None:
    with pytest.raises(NotFound):
        set_cdr_secret(services.store, switch="nobody:8021", secret="x")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"cdr=%7B", b'{"variables":{"uuid":1}', b"[" * 50_000])
def test_what_is_no_cdr_is_refused(switch: TestClient, services: FakeServices, body: bytes) -> None:
    answer = switch.post(PATH, content=body)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("body is not a CDR")
    assert waiting(services) == []


def test_a_body_without_end_is_refused(switch: TestClient, services: FakeServices) -> None:
    longest = body_of("busy-486")
    longest += b" " * (LONGEST_CDR - len(longest))

    assert switch.post(PATH, content=longest).status_code == 200
    assert switch.post(PATH, content=longest + b" ").status_code == 413
    assert len(waiting(services)) == 1


def test_when_a_switch_was_heard_is_noted_now_and_then(switch: TestClient, services: FakeServices) -> None:
    heard = []
    for seconds in (0, 9, 1, -60):
        services.clock.wait(seconds)
        switch.post(PATH, content=body_of("bridged-agent-leg"))
        with services.store.reading() as tx:
            row = tx.switches.named(SWITCH)
        assert row is not None
        heard.append(row.cdr_heard_at)

    later = NOON + Duration(seconds=10)
    assert heard == [NOON, NOON, later, later - Duration(minutes=1)]


def test_a_switch_repeats_what_the_database_did_not_take(
    switch: TestClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("the database is away")

    monkeypatch.setattr(type(services.store), "transaction", away)

    assert switch.post(PATH, content=body_of("busy-486")).status_code == 503
