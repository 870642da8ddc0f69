"""Variables of the environment that libraries of ours read by themselves, and that are meant for other programs."""

import os
from fnmatch import fnmatchcase
from typing import Final

FOREIGN: Final = (
    "PG*",  # libpq, for whatever a database URL leaves out: host, TLS, options, password, service
    "CELERY_*", "C_FORCE_ROOT", "KOMBU_*", "DISABLE_TRACEBACKS",  # Celery and kombu: broker, options, log
    "REDIS_*",  # nothing today; the name that people expect to work
    "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "UVICORN_*",  # Uvicorn
    "*_PROXY", "*_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "SSLKEYLOGFILE",  # httpx and ssl
    "SQLALCHEMY_*", "OTEL_*", "PYDANTIC_*",
)  # fmt: skip
"""Patterns. Not among them: `FLOWER_*`, with which Flower is given its login, and `TZ`, by which nothing is decided."""


def forget_foreign_variables() -> None:
    """Remove them from the environment, for this process and those that it starts."""
    for name in list(os.environ):
        if any(fnmatchcase(name, pattern) for pattern in FOREIGN):
            del os.environ[name]
