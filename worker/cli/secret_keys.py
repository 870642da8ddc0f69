"""How an operator makes, rotates and checks the keys that encrypt secrets in the database."""

import typer

from worker.cli.bootstrap import opened
from worker.cli.columns import print_json, print_rows
from worker.cli.encryption import key_ids, new_key
from worker.clock import SystemClock
from worker.domain.errors import Rejected
from worker.usecases.records.rotate_secret_key import count_secrets, keys_of, present_key, rotate_secret_key
from worker.wiring import settings


def print_new_key() -> None:
    """Print a new key for ``CALLBEAT_SECRET_KEY``; it is stored nowhere."""
    typer.echo(new_key())


def rotate() -> None:
    """Encrypt all secrets with the newest key, while everything runs."""
    chosen = settings()
    ids = key_ids(chosen)
    if not ids:
        raise Rejected("CALLBEAT_SECRET_KEY is not set; `callbeat secret-key new` prints a key for it")
    with opened(chosen) as store:
        changed = rotate_secret_key(store, keys=ids, now=SystemClock().now())
    typer.echo(f"{changed} values were encrypted anew. All secrets are encrypted with the key {ids[0]}.")


def check(*, as_json: bool) -> None:
    """Print how many values each key encrypts; exit 1 when some cannot be read, or are in clear beside a key."""
    chosen = settings()
    ids = key_ids(chosen)
    with opened(chosen) as store:
        counted, in_use = count_secrets(store), present_key(store)
    unreadable = sorted(({in_use} | keys_of(counted)) - {"", *ids})
    in_clear = sum(by_key.get("", 0) for by_key in counted.values())
    if as_json:
        print_json(
            {
                "present_key": in_use,
                "keys": [*ids],
                "unreadable": [*unreadable],
                "values": {place.value: dict(by_key) for place, by_key in counted.items()},
            }
        )
    else:
        found = [(place, key, number) for place, by_key in counted.items() for key, number in sorted(by_key.items())]
        print_rows(
            ("place", "key", "values"), [(place, key or "in clear", str(number)) for place, key, number in found]
        )
        typer.echo(f"Encrypts: {in_use or 'no key'}. CALLBEAT_SECRET_KEY has: {', '.join(ids) or 'no key'}.")
    if unreadable or (ids and in_clear):
        raise typer.Exit(1)
