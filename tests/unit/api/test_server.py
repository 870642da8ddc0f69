"""The API's server takes no setting from variables that are meant for other programs."""

import pytest

from api.connection_table import ConnectionLimits
from api.server import LOOPBACK, make_server


def test_the_environment_neither_adds_processes_nor_lets_proxies_be_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "4")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")

    configuration = make_server("api.app:create_app", host=LOOPBACK, port=8000, limits=ConnectionLimits()).config

    assert (configuration.workers, configuration.forwarded_allow_ips) == (1, [LOOPBACK])


def test_only_the_proxies_that_are_named_are_trusted() -> None:
    proxies = ["10.0.0.0/8"]

    made = make_server("api.app:create_app", host=LOOPBACK, port=8000, limits=ConnectionLimits(), proxies=proxies)

    assert made.config.forwarded_allow_ips == proxies
