"""Variables that are meant for other programs do not reach our libraries."""

import os

import pytest

from worker.foreign_variables import forget_foreign_variables


@pytest.mark.parametrize(
    "name",
    [
        "PGHOST", "PGSSLMODE", "PGOPTIONS", "PGSERVICE", "PGPASSFILE", "CELERY_BROKER_URL", "CELERY_BROKER_READ_URL",
        "C_FORCE_ROOT", "KOMBU_LOG_DEBUG", "REDIS_URL", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "UVICORN_PORT",
        "HTTP_PROXY", "https_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SQLALCHEMY_WARN_20",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ],
)  # fmt: skip
def test_a_variable_that_a_library_reads_is_forgotten(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")

    forget_foreign_variables()

    assert name not in os.environ


@pytest.mark.parametrize("name", ["PATH", "HOME", "TZ", "CALLBEAT_REDIS_URL", "FLOWER_BASIC_AUTH", "LANG"])
def test_every_other_variable_stays(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")

    forget_foreign_variables()

    assert os.environ[name] == "x"
