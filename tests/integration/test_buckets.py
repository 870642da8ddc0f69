"""Sounds in a bucket of a server with S3's protocol: kept, read, listed, deleted, and an outage told as one.

Needs the packages ``minio`` and ``moto[s3,server]``, which ``.ci/run`` installs.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.stack.addresses import free_port
from worker.domain.errors import NotFound, Unavailable
from worker.domain.speech.bucket import Bucket
from worker.sounds.s3 import S3Store

pytest.importorskip("minio", reason="the extra s3 is not installed; .ci/run installs it")
server = pytest.importorskip("moto.server", reason="no server with buckets is installed; .ci/run installs one")

NAME = "r" + 10 * "0f1e"
OTHER = "r" + 10 * "abcd"
SECRET = "a/b+c d"


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    found = Bucket.parse(f"http://key:a%2Fb+c%20d@{host}:{port}/callbeat/of/sounds/?region=ap-southeast-1")
    S3Store(found)._client.make_bucket(found.name)
    yield found
    running.stop()


@pytest.fixture
def store(bucket: Bucket) -> Iterator[S3Store]:
    found = S3Store(bucket)
    yield found
    found.delete([*found.names("r"), *found.names("u")])


def test_a_url_names_a_bucket(bucket: Bucket) -> None:
    assert (bucket.name, bucket.prefix, bucket.region) == ("callbeat", "of/sounds/", "ap-southeast-1")
    assert (bucket.access_key, bucket.secret_key, bucket.is_secure) == ("key", SECRET, False)
    assert Bucket.parse("https://k:s@s3.example/b").prefix == ""


def test_what_was_written_is_read_and_can_be_deleted(store: S3Store) -> None:
    store.write(NAME, b"one")
    store.write(NAME, b"two")

    assert store.read(NAME) == b"two"
    assert store.kept([NAME, OTHER]) == {NAME}

    store.delete([NAME, OTHER])

    assert store.kept([NAME]) == set()
    with pytest.raises(NotFound):
        store.read(NAME)


def test_names_are_listed_by_their_kind_and_not_those_of_another_prefix(store: S3Store, bucket: Bucket) -> None:
    S3Store(replace(bucket, prefix="")).write("r" + 40 * "1", b"")
    for name in (NAME, OTHER, "u0193-aa"):
        store.write(name, b"")

    assert sorted(store.names("r")) == [NAME, OTHER]
    assert list(store.names("u")) == ["u0193-aa"]


def test_many_are_asked_for_at_once(store: S3Store) -> None:
    names = [f"r{number:040x}" for number in range(60)]
    for name in names[::2]:
        store.write(name, b"")

    assert store.kept(names) == set(names[::2])


@pytest.mark.parametrize("name", ["../x", "r/../../x", "R0", "", "r0.wav", "r0\n"])
def test_what_is_no_name_of_a_sound_reaches_no_object(store: S3Store, name: str) -> None:
    for act in (store.read, lambda one: store.kept([one]), lambda one: store.write(one, b"")):
        with pytest.raises(ValueError, match=r".*"):
            act(name)


def test_a_bucket_that_is_missing_and_a_server_that_is_away_are_outages(bucket: Bucket) -> None:
    with pytest.raises(Unavailable, match="bucket none of sounds answered NoSuchBucket"):
        S3Store(replace(bucket, name="none")).write(NAME, b"")
    away = S3Store(replace(bucket, host=f"127.0.0.1:{free_port()}"))
    with pytest.raises(Unavailable, match="callbeat of sounds cannot be used"):
        away.read(NAME)
    with pytest.raises(Unavailable):
        list(away.names("r"))
