"""The process's settings, read from the environment. A wrong value gives one line that says what is expected."""

import base64
import binascii
import os
import re
import ssl
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from worker.domain.caps import DEFAULT_CAPS, Cap, read_caps
from worker.domain.errors import Rejected
from worker.domain.extension import DEFAULT, check_extension_dial
from worker.domain.mail_server import check_mail_server
from worker.domain.report_subscription import check_mail_address
from worker.domain.speech.bucket import check_bucket
from worker.domain.speech.places import check_places

PREFIX: Final = "CALLBEAT_"
DATABASE_FILE: Final = "callbeat.sqlite3"
KEY_FILE: Final = "secret.key"
"""A file in the home with the key that encrypts secrets in the embedded database; without it they cannot be read."""
KEY_BYTES: Final = 32
EMBEDDED_FILE: Final = "embedded.env"
"""A file in the home, in which a running ``callbeat up`` writes the addresses of its embedded parts."""

LAST_PORT: Final = 65535
DEFAULT_PORTS: Final = "80,443,1024-65535"
"""The ports of HTTP and those that any user may open; between them are mail, name and file servers."""

_USERINFO: Final = re.compile(r"^(.*?://)?.*@", re.DOTALL)
_SECRETS: Final = frozenset({"api_token", "callback_secret", "secret_key"})

LOOPBACK_PROXIES: Final = "127.0.0.0/8,::1/128"

MOST_SECRETS: Final = 2

Networks: TypeAlias = tuple[IPv4Network | IPv6Network, ...]
VoiceAddress: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*:[0-9]{1,5}$")]


class WrongSetting(Rejected):
    """A setting has an invalid value; the message is the one line that the operator reads."""

    def __init__(self, name: str, *, value: str | None, expected: str) -> None:
        """Build the message for one variable. Secrets in the value are masked here and nowhere else."""
        found = "is not set" if value is None else f'is "{_masked(name, value)}"'
        super().__init__(f"{PREFIX}{name.upper()} {found}: expected {expected}")


def _masked(name: str, value: str) -> str:
    one_line = value.replace("\n", "\\n").replace("\r", "\\r")
    return "***" if name in _SECRETS else _USERINFO.sub(r"\1***@", one_line)


def _parts(url: str, *schemes: str) -> SplitResult:
    parts = urlsplit(url)
    has_blank = parts.scheme != "sqlite" and any(one.isspace() for one in url)
    if parts.scheme not in schemes or parts.port == 0 or has_blank:
        raise ValueError(url)
    return parts


def _check_database(url: str) -> str:
    if not _parts(url, "postgresql+psycopg", "sqlite").path.strip("/"):
        raise ValueError(url)
    return url


def _check_redis(url: str) -> str:
    parts = _parts(url, "redis", "rediss", "unix")
    if parts.scheme == "unix":
        if parts.hostname or parts.query or not parts.path.strip("/"):
            raise ValueError(url)
        return url
    if not parts.hostname or not re.fullmatch(r"/?|/[0-9]+", parts.path):
        raise ValueError(url)
    return url


def check_zone(name: str) -> str:
    """Return the name of an IANA time zone. Raises ``ValueError`` when there is no such zone."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, OSError) as error:  # OSError: the name of a folder of zones
        raise ValueError(name) from error


def _check_token(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\x21-\x7e]{24,}", secret.get_secret_value()):
        raise ValueError(secret)
    return secret


def _check_signing_secret(secret: SecretStr) -> SecretStr:
    given = secrets_of(secret)
    if len(given) > MOST_SECRETS or not all(map(_is_signing_secret, given)):
        raise ValueError(secret)
    return secret


def _check_secret_key(secret: SecretStr) -> SecretStr:
    read_keys(secret.get_secret_value())
    return secret


def read_keys(text: str) -> tuple[bytes, ...]:
    """Return keys of 32 bytes, written in base64 and separated by commas. Raises ``ValueError``."""
    return tuple(_read_key(part.strip()) for part in text.split(","))


def _read_key(text: str) -> bytes:
    key = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    return key


def _check_authorities(file: Path) -> Path:
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:  # an SSLError is one
        raise ValueError(file) from error
    return file


def secrets_of(secret: SecretStr) -> list[str]:
    """Return the signing secrets: the current one, and the previous one while both are valid."""
    return secret.get_secret_value().split(",")


def _is_signing_secret(text: str) -> bool:
    before, _, key = text.partition("whsec_")
    try:
        decoded = base64.b64decode(key, validate=True)
    except binascii.Error:
        return False
    return not before and bool(decoded)


def _split(value: Any) -> Any:  # Any: any source's type; pydantic checks the field's type after this
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _networks(value: Any) -> Any:  # Any: see _split
    return tuple(ip_network(part) for part in _split(value))


def _caps(value: Any) -> Any:  # Any: see _split
    """Return all caps: the defaults, and over them what is given."""
    return {**DEFAULT_CAPS, **(read_caps(value) if isinstance(value, str) else value)}


def _ports(value: Any) -> Any:  # Any: see _split
    return tuple(part if isinstance(part, range) else _port_range(part) for part in _split(value))


def _port_range(text: str) -> range:
    first, dash, last = text.partition("-")
    found = range(int(first), int(last if dash else first) + 1)
    if not found or found[0] < 1 or found[-1] > LAST_PORT:
        raise ValueError(text)
    return found


class Settings(BaseSettings):
    """All variables that Callbeat reads: ``CALLBEAT_`` and the field's name.

    A description completes the error text "expected …".
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Field(default=Path(".callbeat"), description="a folder, where embedded parts keep their files")
    database_url: Annotated[str, AfterValidator(_check_database)] | None = Field(
        default=None, description="postgresql+psycopg://USER:PASSWORD@HOST/NAME or sqlite:///FILE"
    )
    redis_url: Annotated[str, AfterValidator(_check_redis)] | None = Field(
        default=None, description="redis://[:PASSWORD@]HOST[:PORT][/NUMBER] or unix://[:PASSWORD@]/PATH"
    )
    switch_urls: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(), description="esl://:PASSWORD@HOST:PORT, or several separated by commas"
    )
    timezone: Annotated[str, AfterValidator(check_zone)] = Field(
        default="Asia/Ho_Chi_Minh", description="an IANA time zone, e.g. Asia/Ho_Chi_Minh"
    )
    api_token: Annotated[SecretStr, AfterValidator(_check_token)] | None = Field(
        default=None, description="a bearer token of at least 24 printable characters without spaces"
    )
    callback_allow: Annotated[Networks, NoDecode, BeforeValidator(_networks)] = Field(
        default=(), description="networks separated by commas, e.g. 127.0.0.0/8,10.1.0.0/16"
    )
    callback_ports: Annotated[tuple[range, ...], NoDecode, BeforeValidator(_ports)] = Field(
        default=_ports(DEFAULT_PORTS),
        description="ports and ranges of ports separated by commas, e.g. 80,443,8000-8999",
    )
    callback_ca_file: Annotated[Path, AfterValidator(_check_authorities)] | None = Field(
        default=None, description="a PEM file with the authorities that https receivers are checked against"
    )
    tenant_caps: Annotated[Mapping[Cap, int], NoDecode, BeforeValidator(_caps)] = Field(
        default=DEFAULT_CAPS, description="caps separated by commas, e.g. subscriptions=50,requests_per_second=200"
    )
    callback_https_only: bool = Field(default=False, description="true or false; true refuses receivers without TLS")
    callback_secret: Annotated[SecretStr, AfterValidator(_check_signing_secret)] | None = Field(
        default=None,
        description="whsec_ and a key in base64, or two of them separated by a comma while they are rotated",
    )
    secret_key: Annotated[SecretStr, AfterValidator(_check_secret_key)] | None = Field(
        default=None,
        description="a key of `callbeat secret-key new`, or several separated by commas, the newest one first",
    )
    trusted_proxies: Annotated[Networks, NoDecode, BeforeValidator(_networks)] = Field(
        default=_networks(LOOPBACK_PROXIES),
        description="networks separated by commas, e.g. 127.0.0.0/8,10.1.0.0/16",
    )
    drain_seconds: int = Field(default=30, ge=0, le=3600, description="seconds from 0 to 3600, e.g. 30")
    log_level: Annotated[str, BeforeValidator(lambda value: str(value).upper())] = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$",
        description="DEBUG, INFO, WARNING, ERROR or CRITICAL",
    )
    voice_urls: Annotated[tuple[VoiceAddress, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(), description="HOST:PORT of voice processes as switches reach them, or several separated by commas"
    )
    voice_allow: Annotated[Networks, NoDecode, BeforeValidator(_networks)] = Field(
        default=_networks("127.0.0.0/8,::1/128"),
        description="networks of the switches, separated by commas, e.g. 127.0.0.0/8,10.1.0.0/16",
    )
    extension_dial: Annotated[str, AfterValidator(check_extension_dial)] = Field(
        default=DEFAULT, description="how a switch dials an extension, e.g. user/{extension}"
    )
    answer_application: str | None = Field(
        default=None,
        pattern=r"^[a-z_]+(:[^'\\\x00-\x1f\x7f]+)?$",
        description="APPLICATION or APPLICATION:ARGUMENTS without quotes, e.g. transfer:callbeat XML callbeat",
    )
    speech: str = Field(
        default="espeak-ng",
        pattern=r"^(espeak-ng|/.+)$",
        description="espeak-ng, or the absolute path of a JSON file with engines and voices",
    )
    sounds_folder: Path | None = Field(default=None, description="a folder for sounds, which all processes share")
    sounds_s3: Annotated[str, AfterValidator(check_bucket)] | None = Field(
        default=None, description="https://KEY:SECRET@HOST/BUCKET/PREFIX?region=NAME; prefix and region may be left out"
    )
    sounds_url: Annotated[str, AfterValidator(check_places)] | None = Field(
        default=None,
        description="where switches find sounds: https://HOST/sounds, http_cache://http://HOST:8000/sounds, or the "
        "path of the folder on the switch, without blanks and quotes",
    )
    recordings: str | None = Field(
        default=None,
        pattern=r"^/[^\s'\"\\,|;!]*$",
        description="the path of the folder in which switches record, without blanks and quotes",
    )
    longest_call_seconds: int = Field(
        default=900, ge=10, le=14_400, description="seconds from 10 to 14400, after which the switch ends any call"
    )
    stalled_minutes: int = Field(
        default=5, ge=1, le=1440, description="minutes from 1 to 1440, after which campaign_stalled is sent"
    )
    smtp_url: Annotated[str, AfterValidator(check_mail_server)] | None = Field(
        default=None,
        description="smtp+starttls://USER:PASSWORD@HOST:PORT, smtps://…, or smtp://HOST:PORT without log-in",
    )
    smtp_from: Annotated[str, AfterValidator(check_mail_address)] | None = Field(
        default=None, description="the address that reports are mailed from, e.g. reports@example.com"
    )
    smtp_ca_file: Annotated[Path, AfterValidator(_check_authorities)] | None = Field(
        default=None, description="a PEM file with the authorities that the mail server is checked against"
    )
    traces_url: str | None = Field(
        default=None, pattern=r"^https?://[^\s]+$", description="http://HOST:4318 of an OpenTelemetry collector"
    )
    traces_share: float = Field(default=1.0, ge=0, le=1, description="a share of the traces from 0 to 1, e.g. 0.05")
    task_events: bool = Field(default=True, description="true or false; true reports each task to Flower")

    @model_validator(mode="before")
    @classmethod
    def _without_blanks_around(cls, values: dict[str, Any]) -> dict[str, Any]:  # Any: each source's own types
        return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}

    @property
    def database(self) -> str:
        """Return the database's URL; by default a SQLite file in the home."""
        return self.database_url or f"sqlite:///{self.home.absolute() / DATABASE_FILE}"

    @property
    def sounds(self) -> Path:
        """Return the folder of sounds; by default one in the home."""
        return (self.sounds_folder or self.home / "sounds").absolute()

    @property
    def secret_key_file(self) -> Path | None:
        """Return where the key of the embedded database is; None for other databases and for a key of the operator."""
        is_embedded = self.database_url is None and self.secret_key is None
        return self.home.absolute() / KEY_FILE if is_embedded else None

    @property
    def secret_keys(self) -> tuple[bytes, ...]:
        """Return the keys that encrypt secrets in the database, the newest first. Raises ``WrongSetting``."""
        if self.secret_key is not None:
            return read_keys(self.secret_key.get_secret_value())
        file = self.secret_key_file
        if file is None or not file.exists():
            return ()
        try:
            return read_keys(file.read_text().strip())
        except ValueError as error:
            raise Rejected(f"{file} holds no key: put the key back that was in it") from error


def defaults(**chosen: Any) -> Settings:  # Any: a field's own type each
    """Return the defaults with some values replaced; the environment is not read."""
    return Settings.model_construct(**chosen)


def read_settings(*, beside_up: bool = True) -> Settings:
    """Read the environment; variables that are not set come from the file of a running ``callbeat up``.

    Raises ``WrongSetting``.
    """
    home = Path(os.environ.get(f"{PREFIX}HOME") or Settings.model_fields["home"].default)
    try:
        return Settings(_env_file=home / EMBEDDED_FILE if beside_up else None)
    except ValidationError as error:
        raise _first_of(error) from error


def _first_of(error: ValidationError) -> WrongSetting:
    problem = error.errors(include_url=False)[0]
    name = str(problem["loc"][0])
    field = Settings.model_fields[name]
    return WrongSetting(name, value=os.environ.get(PREFIX + name.upper()), expected=field.description or "")


def environment() -> dict[str, str]:
    """Return this process's environment, for a process that it starts."""
    return dict(os.environ)
