"""The bucket of an S3-compatible store that holds sounds, as a URL names it."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

_DEFAULT_REGION: Final = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Where the sounds are, and the key that may read, write and delete there."""

    host: str
    name: str
    access_key: str
    secret_key: str
    prefix: str = ""
    region: str = _DEFAULT_REGION
    is_secure: bool = True

    @classmethod
    def parse(cls, url: str) -> "Bucket":
        """Return the bucket of ``https://KEY:SECRET@HOST/BUCKET/PREFIX?region=NAME``; raises ``ValueError``."""
        parts = urlsplit(url)
        name, _, prefix = parts.path.strip("/").partition("/")
        if parts.scheme not in {"http", "https"} or not (parts.hostname and parts.username and parts.password and name):
            raise ValueError("no scheme, key, secret, host or bucket")
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
        if query.keys() - {"region"}:
            raise ValueError("region is all that may follow a question mark")
        return cls(
            host=parts.netloc.rpartition("@")[2],
            name=name,
            access_key=unquote(parts.username),
            secret_key=unquote(parts.password),
            prefix=prefix and f"{prefix.rstrip('/')}/",
            region=query.get("region", [_DEFAULT_REGION])[-1],
            is_secure=parts.scheme == "https",
        )


def check_bucket(url: str) -> str:
    """Return the URL of a bucket; raises ``ValueError`` for another one."""
    Bucket.parse(url)
    return url
