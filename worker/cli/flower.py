"""Flower's options: bounded memory, counters that outlive a restart, and a login wherever others can reach it."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from worker.domain.errors import Invalid
from worker.home import NotPrivate, make_private

logger = logging.getLogger(__name__)

MOST_TASKS: Final = 5000
"""Tasks that Flower remembers, 30 MiB; its own default, 100 000, takes more than half a gigabyte."""
FORGET_WORKERS_SECONDS: Final = 24 * 3600
"""A worker that has gone is shown for a day: each container has a name of its own, and the list would only grow."""
SAVE_MILLISECONDS: Final = 60_000
"""What a killed Flower loses at most. Saving 5000 tasks takes 0.1 s."""
STATE: Final = "flower.state"
"""In the home: what Flower counted. It is a pickle, so that only the owner of the home may write it."""
PREFIX: Final = "FLOWER_"
_LOGINS: Final = ("basic_auth", "auth", "conf")
"""Options by which an operator sets a login; ``conf`` names a file that may have one."""


class OpenToAll(Invalid):
    """Flower would answer other machines without a login."""


def flower_options(host: str, port: int, *, home: Path, environment: Mapping[str, str]) -> list[str]:
    """Return the options of ``celery flower``; those that the environment sets by ``FLOWER_…`` are left to it.

    Raises ``OpenToAll`` for an address that others reach, unless the environment sets a login.
    """
    given = {
        name.removeprefix(PREFIX).lower() for name, value in environment.items() if name.startswith(PREFIX) and value
    }
    if not _is_loopback(host) and given.isdisjoint(_LOGINS):
        raise OpenToAll(f"{host} can be reached by others: set FLOWER_BASIC_AUTH=USER:PASSWORD, or keep to 127.0.0.1")
    ours = {"max_tasks": MOST_TASKS, "purge_offline_workers": FORGET_WORKERS_SECONDS, **_memory(home)}
    kept = {name: value for name, value in ours.items() if name not in given}
    return [f"--address={host}", f"--port={port}", *(f"--{name}={value}" for name, value in kept.items())]


def _memory(home: Path) -> dict[str, object]:
    """Return the options by which counters outlive a restart; without a private home they do not."""
    try:
        folder = make_private(home)
    except NotPrivate as error:
        extra = {"action": "flower_forgets", "why": str(error)}
        logger.warning("Flower keeps its counters in memory only", extra=extra)
        return {"persistent": False}
    return {"persistent": True, "db": folder / STATE, "state_save_interval": SAVE_MILLISECONDS}


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
