"""Secrets on disk: in clear until an operator begins, then encrypted, moved to a new key while old keys still read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from pendulum import Duration
from sqlalchemy import Engine, func, select, text, update
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, NOON, TENANT, a_switch, fill_store
from tests.fakes.jobs import FakeJobQueue
from worker.domain.callback_event import CallbackEvent
from worker.domain.errors import Unavailable
from worker.domain.ids import LeadId, SubscriptionId
from worker.domain.lead import Stage
from worker.domain.one_time_code import CODE
from worker.domain.secret_place import SecretPlace
from worker.ports.dispatch.outbox import Subscription
from worker.ports.records.answers import KeptAnswer, KeyedRequest
from worker.ports.records.entities import Tenant
from worker.store.base.engine import make_engine
from worker.store.base.keyring import SecretUnreadable, key_id
from worker.store.base.secret_tables import one_time_codes
from worker.store.base.tables import leads, metadata
from worker.store.dispatch.erased import key_of
from worker.store.records.hidden_rows import HIDDEN_PLACES
from worker.store.transaction import SqlStore
from worker.usecases.records.call_now import CallRequest, call_now
from worker.usecases.records.rotate_secret import rotate_secret
from worker.usecases.records.rotate_secret_key import count_secrets, rotate_secret_key

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
OLD_ID, NEW_ID = key_id(OLD), key_id(NEW)
WHO: Final = Tenant(id=TENANT, name="default", timezone="Asia/Ho_Chi_Minh")
ERASURE_KEY = "5f0c1e9a7b"
PLACES: Final = [place for place in SecretPlace if place not in HIDDEN_PLACES]
"""Those of all installations; numbers have a test of their own."""
APIKEY, PASSWORD, OTP = "marker-of-the-key", "marker-of-the-password", "marker-of-the-code"
ASKED: Final = KeyedRequest(TENANT, key="5e884898", fingerprint="9b74c989")
ANSWER: Final = KeptAnswer(ASKED.fingerprint, 200, '{"token":"marker-of-an-answer"}')
SWITCH = "10.0.0.1:8021"


class Processes:
    """Begins a process that has these keys: its store."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engines: list[Engine] = []

    def __call__(self, *keys: bytes) -> SqlStore:
        self._engines.append(make_engine(self._url, keys=keys))
        return SqlStore(self._engines[-1])

    def end_all(self) -> None:
        for engine in self._engines:
            engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def process(url: str) -> Iterator["Processes"]:
    """Return a function that starts processes."""
    begin = Processes(url)
    yield begin
    begin.end_all()


def fill(store: SqlStore) -> list[str]:
    """Store a secret of every kind; return what nobody may find on the disk."""
    fill_store(store)
    secrets = [ANSWER.body, add_subscription(store, APIKEY), add_code(store, OTP), PASSWORD]
    with store.transaction() as tx:
        tx.switches.insert_missing([a_switch(SWITCH, url=f"esl://:{PASSWORD}@{SWITCH}")])
        tx.erasure.note(TENANT, "0981000009", new_key=ERASURE_KEY, now=NOON)
        tx.answers.keep(ASKED, ANSWER, now=NOON)
    secrets.append(ERASURE_KEY)
    secrets += [rotate_signing_secret(store, begin) for begin in (0.1, 0.2)]  # the first one retires
    return secrets


def rotate_signing_secret(store: SqlStore, begin: float) -> str:
    day = Duration(days=1)
    return rotate_secret(store, name="default", both_valid_for=day, now=NOON, chance=lambda: begin)


def add_subscription(store: SqlStore, apikey: str) -> str:
    url, event = "https://crm.example/", CallbackEvent.CDR
    with store.transaction() as tx:
        wanted = Subscription(
            id=SubscriptionId(uuid7()), tenant_id=TENANT, domain="default", event=event, url=url, apikey=apikey
        )
        tx.subscriptions.add(wanted, now=NOON)
    return apikey


def add_code(store: SqlStore, code: str) -> str:
    request = CallRequest(
        tenant=WHO, campaign_id=CAMPAIGN, phone_number="0981000001", template="t", additional={CODE: code}
    )
    call_now(store, queue=FakeJobQueue(), request=request, now=NOON, new_id=uuid7)
    return code


def read(store: SqlStore) -> list[str]:
    """Read every secret as the product does."""
    with store.reading() as tx:
        (lead_id,) = tx.connection.scalars(select(leads.c.id))
        (subscription,) = tx.subscriptions.of_tenant(TENANT)
        found = tx.switches.named(SWITCH)
        assert found is not None
        code = tx.lead_records.get(TENANT, LeadId(lead_id)).additional[CODE]
        assert tx.subscriptions.apikeys([subscription.id]) == {subscription.id: subscription.apikey}
        assert [switch.url for switch in tx.switches.all()] == [found.url]
        present, retired = tx.deliveries.secrets(TENANT, now=NOON)
        assert tx.tenants.secret(TENANT) == present
        kept = tx.answers.find(ASKED, after=NOON - Duration(days=1))
        assert kept is not None
        password, erasure_key = found.url.split("@")[0].removeprefix("esl://:"), key_of(tx.connection, TENANT)
        return [kept.body, subscription.apikey, str(code), password, erasure_key, retired, present]


def on_disk(store: SqlStore, url: str) -> bytes:
    """Return the bytes of the files that hold our tables."""
    if url.startswith("sqlite"):
        return b"".join(file.read_bytes() for file in Path(url.removeprefix("sqlite:///")).parent.glob("*.sqlite3*"))
    with store.transaction() as tx:
        tx.connection.execute(text("CHECKPOINT"))
        folder = Path(str(tx.connection.scalar(text("SHOW data_directory"))))
        named = [tx.connection.scalar(select(func.pg_relation_filepath(table))) for table in metadata.tables]
    return b"".join((folder / str(name)).read_bytes() for name in named)


def rows(store: SqlStore) -> str:
    with store.reading() as tx:
        return repr([tuple(row) for table in metadata.sorted_tables for row in tx.connection.execute(select(table))])


def rotate(store: SqlStore, *keys: str) -> int:
    return rotate_secret_key(store, keys=keys, now=NOON)


def test_everything_is_in_clear_until_an_operator_begins(process: Processes) -> None:
    """Processes of the release before, and those without the key, must read what this one writes."""
    secrets = fill(process(OLD))

    assert read(process()) == read(process(OLD)) == secrets


def test_no_byte_of_a_secret_is_on_the_disk(process: Processes, url: str) -> None:
    store = process(OLD)
    rotate(store, OLD_ID)

    secrets = fill(store)

    assert read(store) == secrets
    disk = on_disk(store, url)
    assert b"Single calls of" in disk  # what is no secret is found, so that the search is one
    assert [secret for secret in secrets if secret.encode() in disk] == []


def test_old_rows_are_encrypted_by_the_command(process: Processes, url: str) -> None:
    store = process(OLD)
    secrets = fill(store)
    assert all(secret in rows(store) for secret in secrets)

    assert rotate(store, OLD_ID) == len(secrets)

    assert read(process(OLD)) == secrets
    assert [secret for secret in secrets if secret in rows(store)] == []
    assert rotate(store, OLD_ID) == 0
    if url.startswith("sqlite"):
        process.end_all()  # the last connection to close empties the write-ahead log
        assert [secret for secret in secrets if secret.encode() in on_disk(store, url)] == []


def test_a_new_key_encrypts_only_when_the_command_has_run(process: Processes) -> None:
    """Processes are restarted one after the other; those with the old key alone must read all the while."""
    before, between = process(OLD), process(NEW, OLD)
    rotate(before, OLD_ID)
    secrets = fill(between)

    assert read(before) == secrets

    assert rotate(between, NEW_ID, OLD_ID) == len(secrets)
    assert read(process(NEW)) == secrets
    assert {key for by_key in count_secrets(between).values() for key in by_key} == {NEW_ID}


def test_the_wrong_key_is_a_clear_error_and_nothing_is_lost(process: Processes) -> None:
    right, wrong = process(OLD), process(NEW)
    rotate(right, OLD_ID)
    secrets = fill(right)
    before = rows(right)

    for refused in (lambda: read(wrong), lambda: read(process()), lambda: add_subscription(wrong, "another")):
        with pytest.raises(SecretUnreadable, match=f"the key {OLD_ID}, which CALLBEAT_SECRET_KEY does not have"):
            refused()
    with pytest.raises(Unavailable, match=OLD_ID):
        rotate(wrong, NEW_ID)

    assert rows(right) == before
    assert read(right) == secrets


def test_what_a_switch_learns_does_not_encrypt_its_url_anew(process: Processes) -> None:
    store = process(OLD)
    rotate(store, OLD_ID)
    fill(store)
    before = stored_url(store)

    with store.transaction() as tx:
        found = tx.switches.lock(SWITCH)
        assert found is not None
        tx.switches.save(found)

    assert before == stored_url(store)


def stored_url(store: SqlStore) -> str:
    with store.reading() as tx:
        return str(tx.connection.scalar(text("SELECT url FROM switches")))


def test_values_are_counted_by_their_key(process: Processes) -> None:
    store = process(NEW, OLD)
    fill(store)

    assert {place: tuple(found) for place, found in count_secrets(store).items() if found} == dict.fromkeys(
        PLACES, ("",)
    )

    rotate(store, NEW_ID, OLD_ID)
    assert {place: found for place, found in count_secrets(store).items() if found} == {
        place: {NEW_ID: 1} for place in PLACES
    }


def test_codes_of_an_earlier_release_are_found_and_marked(process: Processes) -> None:
    """It stored codes in clear, and did not note whose leads have one."""
    store = process(OLD)
    fill(store)
    with store.transaction() as tx:
        tx.connection.execute(one_time_codes.delete())
        tx.connection.execute(update(leads).values(stage=Stage.DONE))

    rotate(store, OLD_ID)

    with store.reading() as tx:
        (lead_id,) = tx.connection.scalars(select(leads.c.id))
        assert tx.one_time_codes.ended(assumed_before=NOON, limit=10) == [lead_id]
        assert isinstance(lead_id, UUID)
