"""Settings: defaults, and the one line that an operator reads when a value is wrong."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from worker.settings import Settings, WrongSetting, read_settings, secrets_of


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Start from an environment without any of our variables."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CALLBEAT_{name.upper()}", raising=False)
    monkeypatch.setenv("CALLBEAT_HOME", str(tmp_path))
    return tmp_path


def test_nothing_needs_to_be_set(home: Path) -> None:
    settings = read_settings()

    assert settings.database == f"sqlite:///{home}/callbeat.sqlite3"
    assert settings.timezone == "Asia/Ho_Chi_Minh"
    assert settings.redis_url is None
    assert settings.switch_urls == ()


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBEAT_LOG_LEVEL", "")

    assert read_settings().log_level == "INFO"


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBEAT_SWITCH_URLS", "esl://:a@one:8021, esl://:b@two:8021")
    monkeypatch.setenv("CALLBEAT_CALLBACK_ALLOW", "127.0.0.0/8,fd00::/8")

    settings = read_settings()

    assert settings.switch_urls == ("esl://:a@one:8021", "esl://:b@two:8021")
    assert settings.callback_allow == (ip_network("127.0.0.0/8"), ip_network("fd00::/8"))


def test_ports_are_single_ones_and_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = read_settings().callback_ports
    monkeypatch.setenv("CALLBEAT_CALLBACK_PORTS", "443, 8000-8002")

    chosen = read_settings().callback_ports

    assert [port for port in (25, 80, 443, 445, 1024, 8080) if any(port in one for one in usual)] == [
        80,
        443,
        1024,
        8080,
    ]
    assert [port for ports in chosen for port in ports] == [443, 8000, 8001, 8002]


def test_two_signing_secrets_may_be_valid_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBEAT_CALLBACK_SECRET", "whsec_BBBB,whsec_AAAA")

    secret = read_settings().callback_secret

    assert secret is not None
    assert secrets_of(secret) == ["whsec_BBBB", "whsec_AAAA"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://root:secret@db/callbeat"),
        ("DATABASE_URL", "postgresql+psycopg://root:secret@db"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "redis://:secret@localhost:99999/0"),
        ("REDIS_URL", "unix://"),
        ("REDIS_URL", "unix://host/redis.sock"),
        ("REDIS_URL", "unix:///run/redis.sock?db=1"),
        ("REDIS_URL", "redis://localhost/first"),
        ("TIMEZONE", "Mars/Olympus"),
        ("TIMEZONE", "Asia"),
        ("API_TOKEN", "with secret spaces, and long enough"),
        ("API_TOKEN", "only-23-characters-long"),
        ("CALLBACK_ALLOW", "127.0.0.1/8"),
        ("CALLBACK_PORTS", "http"),
        ("CALLBACK_PORTS", "0"),
        ("CALLBACK_PORTS", "443-80"),
        ("CALLBACK_PORTS", "65535-65536"),
        ("CALLBACK_CA_FILE", "/nonexistent"),
        ("CALLBACK_CA_FILE", "/etc/hostname"),
        ("CALLBACK_SECRET", "secret"),
        ("CALLBACK_SECRET", "whsec_AAAA,whsec_BBBB,whsec_CCCC"),
        ("CALLBACK_SECRET", "whsec_"),
        ("LOG_LEVEL", "LOUD"),
        ("TASK_EVENTS", "perhaps"),
        ("ANSWER_APPLICATION", "transfer:it's XML callbeat"),
        ("ANSWER_APPLICATION", "callbeat XML callbeat"),
        ("LONGEST_CALL_SECONDS", "9"),
        ("LONGEST_CALL_SECONDS", "14401"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_variable_and_expectation(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CALLBEAT_{name}", value)

    with pytest.raises(WrongSetting) as caught:
        read_settings()

    message = str(caught.value)
    assert message.startswith(f'CALLBEAT_{name} is "')
    assert f": expected {Settings.model_fields[name.lower()].description}" in message
    assert "\n" not in message
    assert "secret" not in message


def test_the_line_shows_the_value_that_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBEAT_REDIS_URL", "http://user:pass@cache:6379")

    with pytest.raises(WrongSetting, match=r'CALLBEAT_REDIS_URL is "http://\*\*\*@cache:6379": expected redis://'):
        read_settings()


def test_what_a_running_up_has_started_stands_in_for_what_is_not_set(home: Path) -> None:
    (home / "embedded.env").write_text("CALLBEAT_REDIS_URL=redis://127.0.0.1:7001/0\n")

    assert read_settings().redis_url == "redis://127.0.0.1:7001/0"
    assert read_settings(beside_up=False).redis_url is None


def test_the_environment_goes_before_what_up_has_started(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    (home / "embedded.env").write_text("CALLBEAT_REDIS_URL=redis://127.0.0.1:7001/0\n")
    monkeypatch.setenv("CALLBEAT_REDIS_URL", "redis://cache/0")

    assert read_settings().redis_url == "redis://cache/0"


def test_secrets_are_not_shown_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBEAT_API_TOKEN", "very-private-and-long-enough")

    assert "very-private" not in repr(read_settings())


def test_env_example_names_every_variable() -> None:
    example = Path(__file__).parents[2] / "deploy" / "env.example"
    named = {line.lstrip("# ").split("=")[0] for line in example.read_text().splitlines() if "CALLBEAT_" in line}

    assert named == {f"CALLBEAT_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("value", ["AAAA", "not base64", ",", f"{'A' * 43}=,AAAA"])
def test_a_secret_key_of_another_length_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CALLBEAT_SECRET_KEY", value)

    with pytest.raises(
        WrongSetting, match=r'^CALLBEAT_SECRET_KEY is "\*\*\*": expected a key of `callbeat secret-key new`'
    ):
        read_settings()


def test_several_secret_keys_are_read_in_order_and_in_both_alphabets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBEAT_SECRET_KEY", f"{'_' * 42}8=, {'/' * 42}8=,{'A' * 43}=")

    assert read_settings().secret_keys == (b"\xff" * 32, b"\xff" * 32, bytes(32))


@pytest.mark.parametrize("url", ["/srv/sounds", "https://callbeat.example/sounds", "http_cache://http://api:8000/s"])
def test_sounds_are_found_in_a_folder_or_at_an_address(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBEAT_SOUNDS_URL", url)

    assert read_settings().sounds_url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.example/bucket",
        "https://key:secret@s3.example",
        "https://key@s3.example/bucket",
        "s3://key:secret@bucket",
        "https://key:secret@s3.example/bucket?acl=public",
        "https://key:secret@s3.example/bucket?region",
    ],
)
def test_a_bucket_of_sounds_is_named_whole_and_its_secret_is_not_repeated(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBEAT_SOUNDS_S3", url)

    with pytest.raises(WrongSetting, match="CALLBEAT_SOUNDS_S3") as found:
        read_settings()
    assert "secret" not in str(found.value)


@pytest.mark.parametrize("url", ["sounds", "ftp://host/sounds", "http:///sounds", "/a b", "/a!b", "/a'b", "/a,b"])
def test_what_a_switch_would_take_apart_is_no_place_of_sounds(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBEAT_SOUNDS_URL", url)

    with pytest.raises(WrongSetting, match="CALLBEAT_SOUNDS_URL"):
        read_settings()
