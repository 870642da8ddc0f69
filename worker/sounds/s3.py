"""Sounds in a bucket of an S3-compatible store, for installations whose machines share no folder."""

import io
import ssl
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from worker.domain.errors import NotFound, Unavailable
from worker.domain.speech.bucket import Bucket
from worker.ports.sounds import SoundStore
from worker.sounds.folder import SUFFIX, path_in

if TYPE_CHECKING:
    from minio import Minio

NOT_INSTALLED: Final = "the package minio beside it: pip install 'callbeat[s3]'"
CONTENT_TYPE: Final = "audio/wav"
CONNECT_SECONDS: Final = 2
READ_SECONDS: Final = 10
RETRIES: Final = 2
AT_ONCE: Final = 16
_PACKAGE: Final = "minio"
_NO_SUCH_KEY: Final = "NoSuchKey"


class S3Store(SoundStore):
    """A bucket of sounds. An object appears whole or not at all, which the store itself promises."""

    def __init__(self, bucket: Bucket) -> None:
        """Connect with the first sound."""
        self._bucket = bucket
        self._client = _client(bucket)

    @override
    def kept(self, names: Collection[str]) -> set[str]:
        asked = list(names)
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sounds") as threads:
            found = threads.map(self._is_kept, asked)
            return {name for name, is_kept in zip(asked, found, strict=True) if is_kept}

    @override
    def read(self, name: str) -> bytes:
        key = self._key(name)
        with _errors_as_ours(self._bucket):
            answer = self._client.get_object(self._bucket.name, key)
            try:
                return bytes(answer.read())
            finally:
                answer.close()
                answer.release_conn()

    @override
    def write(self, name: str, sound: bytes) -> None:
        key = self._key(name)
        with _errors_as_ours(self._bucket):
            self._client.put_object(self._bucket.name, key, io.BytesIO(sound), len(sound), content_type=CONTENT_TYPE)

    @override
    def delete(self, names: Collection[str]) -> None:
        for name in names:
            key = self._key(name)
            with _errors_as_ours(self._bucket):
                self._client.remove_object(self._bucket.name, key)

    @override
    def names(self, kind: str) -> Iterator[str]:
        with _errors_as_ours(self._bucket):
            for found in self._client.list_objects(self._bucket.name, f"{self._bucket.prefix}{kind}", recursive=True):
                yield (found.object_name or "").rpartition("/")[2].removesuffix(SUFFIX)

    def _is_kept(self, name: str) -> bool:
        key = self._key(name)
        try:
            with _errors_as_ours(self._bucket):
                self._client.stat_object(self._bucket.name, key)
        except NotFound:
            return False
        return True

    def _key(self, name: str) -> str:
        return path_in(self._bucket.prefix.rstrip("/"), name).lstrip("/")


def _client(bucket: Bucket) -> "Minio":
    """Return a client that takes neither proxies nor keys from the environment."""
    if find_spec(_PACKAGE) is None:
        raise ValueError(NOT_INSTALLED)
    import urllib3  # noqa: PLC0415 - it comes with the extra
    from minio import Minio  # noqa: PLC0415 - see above

    pool = urllib3.PoolManager(
        maxsize=AT_ONCE,
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        retries=urllib3.Retry(total=RETRIES, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
        ssl_context=ssl.create_default_context(),
    )
    return Minio(
        bucket.host,
        access_key=bucket.access_key,
        secret_key=bucket.secret_key,
        secure=bucket.is_secure,
        region=bucket.region,
        http_client=pool,
    )


@contextmanager
def _errors_as_ours(bucket: Bucket) -> Iterator[None]:
    import urllib3  # noqa: PLC0415 - it comes with the extra
    from minio.error import MinioException, S3Error  # noqa: PLC0415 - see above

    try:
        yield
    except S3Error as error:
        if error.code == _NO_SUCH_KEY:
            raise NotFound("sound not found") from error
        raise Unavailable(f"the bucket {bucket.name} of sounds answered {error.code}: {error.message}") from error
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
        raise Unavailable(f"the bucket {bucket.name} of sounds cannot be used: {type(error).__name__}") from error
