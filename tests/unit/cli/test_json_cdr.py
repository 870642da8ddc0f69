"""Secrets of switches, and the files with CDRs that a switch could not post."""

import base64
from pathlib import Path

import httpx
import pytest

from tests.builders import NOON
from tests.fakes.database import empty_database
from worker.cli.json_cdr import empty_folder, posting, write_json_cdr
from worker.domain.errors import Invalid, Rejected, Unavailable
from worker.domain.switch import Switch
from worker.simulator.json_cdr_conf import read_json_cdr_conf
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.take_cdr import switch_of_secret

SWITCH = Switch(name="10.0.0.1:8021", url="esl://:x@10.0.0.1:8021", state_since=NOON, created_at=NOON)


class Taking:
    """Takes what is complete, as the product does; other bytes are no CDR."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def __call__(self, body: bytes) -> None:
        if not body.endswith(b"}"):
            raise Invalid("no CDR")
        self.taken.append(body)


def spool(folder: Path, **files: bytes) -> Path:
    for name, body in files.items():
        (folder / f"{name}.cdr.json").write_bytes(body)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_cdr_is_taken_and_its_file_removed_and_other_files_stay(tmp_path: Path) -> None:
    take = Taking()
    spool(tmp_path, a=b"{1}", b=b"{2}")
    (tmp_path / "notes.txt").write_text("{}")

    taken, kept = empty_folder(tmp_path, take=take)

    assert (taken, kept, take.taken) == (2, [], [b"{1}", b"{2}"])
    assert names(tmp_path) == ["notes.txt"]


def test_what_is_no_cdr_is_kept_and_named_and_taken_once_it_is_complete(tmp_path: Path) -> None:
    take = Taking()
    spool(tmp_path, a=b'{"variab', b=b"{2}")

    taken, kept = empty_folder(tmp_path, take=take)
    spool(tmp_path, a=b'{"variables"}')
    again, none = empty_folder(tmp_path, take=take)

    assert (taken, [path.name for path in kept]) == (1, ["a.cdr.json"])
    assert (again, none, names(tmp_path)) == (1, [], [])


def test_nothing_is_removed_that_could_not_be_handed_in(tmp_path: Path) -> None:
    def take(_: bytes) -> None:
        raise Unavailable("the database is away")

    spool(tmp_path, a=b"{1}", b=b"{2}")

    with pytest.raises(Unavailable):
        empty_folder(tmp_path, take=take)

    assert len(names(tmp_path)) == 2


def test_two_runs_at_once_do_no_harm(tmp_path: Path) -> None:
    take = Taking()
    spool(tmp_path, a=b"{1}", b=b"{2}")

    def beside(body: bytes) -> None:
        empty_folder(tmp_path, take=take)
        take(body)

    taken, kept = empty_folder(tmp_path, take=beside)

    assert (taken, kept, names(tmp_path)) == (1, [], [])
    assert set(take.taken) == {b"{1}", b"{2}"}


@pytest.fixture
def store() -> SqlStore:
    return SqlStore(empty_database())


def test_the_written_configuration_has_the_secret_of_the_switch_and_nobody_else_can_read_it(
    tmp_path: Path, store: SqlStore
) -> None:
    path = write_json_cdr(store, tmp_path / "json_cdr.conf.xml", switch=SWITCH, api="http://127.0.0.1:8000")

    options = read_json_cdr_conf(path)
    user, _, secret = options.cred.partition(":")
    assert (options.url, user) == ("http://127.0.0.1:8000/v3/switch/cdr", "switch")
    assert switch_of_secret(store, secret=secret).name == SWITCH.name
    assert path.stat().st_mode & 0o077 == 0


def test_another_start_writes_another_secret(tmp_path: Path, store: SqlStore) -> None:
    secrets = set()
    for _ in range(2):
        path = write_json_cdr(store, tmp_path / "json_cdr.conf.xml", switch=SWITCH, api="http://127.0.0.1:8000")
        secrets.add(read_json_cdr_conf(path).cred)

    assert len(secrets) == 2


@pytest.mark.parametrize(
    ("status", "error"),
    [(200, None), (204, None), (400, Invalid), (413, Invalid), (401, Rejected), (503, Unavailable), (500, Unavailable)],
)
def test_a_posted_file_is_removed_only_after_a_2xx(
    tmp_path: Path, store: SqlStore, status: int, error: type[Exception] | None
) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status)

    path = write_json_cdr(store, tmp_path / "json_cdr.conf.xml", switch=SWITCH, api="http://127.0.0.1:8000")
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        take = posting(client, path)
        if error is None:
            take(b"{}")
        else:
            with pytest.raises(error):
                take(b"{}")

    credentials = base64.b64decode(seen[0].headers["Authorization"].removeprefix("Basic ")).decode()
    assert credentials == read_json_cdr_conf(path).cred
    assert (seen[0].content, str(seen[0].url)) == (b"{}", "http://127.0.0.1:8000/v3/switch/cdr")


def test_an_address_that_cannot_be_reached_is_told_and_so_is_a_file_that_is_none(
    tmp_path: Path, store: SqlStore
) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    path = write_json_cdr(store, tmp_path / "json_cdr.conf.xml", switch=SWITCH, api="http://127.0.0.1:8000")
    with httpx.Client(transport=httpx.MockTransport(away)) as client:
        with pytest.raises(Unavailable, match="cannot be reached"):
            posting(client, path)(b"{}")
        with pytest.raises(Rejected, match=r"no such file|No such file"):
            posting(client, tmp_path / "missing.xml")
