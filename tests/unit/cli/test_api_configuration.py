"""The API's server takes no setting from variables that are meant for other programs."""

import pytest

from worker.cli.processes import LOOPBACK, api_configuration


def test_the_environment_neither_adds_processes_nor_lets_proxies_be_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "4")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")

    configuration = api_configuration(LOOPBACK, 8000)

    assert (configuration.workers, configuration.forwarded_allow_ips) == (1, LOOPBACK)
