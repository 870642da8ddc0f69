"""What operators do about the CDRs that switches post: secrets, and the files that switches could not post."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import quoteattr

import httpx
import typer
from uuid_utils.compat import uuid7

from worker.cli.bootstrap import opened
from worker.clock import SystemClock
from worker.domain.errors import CallbeatError, Invalid, Rejected, Unavailable
from worker.domain.switch import Switch
from worker.simulator.json_cdr_conf import read_json_cdr_conf
from worker.store.transaction import SqlStore
from worker.telephony.posted_cdr import JsonCdr
from worker.usecases.dispatch.take_cdr import hand_in_cdr, set_cdr_secret
from worker.wiring import settings

SECRET_BYTES: Final = 24
TIMEOUT_SECONDS: Final = 10.0
FILES: Final = "*.cdr.json"
"""How mod_json_cdr names what it could not post."""
RETRIES: Final = {"retries": "8", "delay": "5", "timeout": "3"}
"""As in deploy/freeswitch/json_cdr.conf.xml."""

Take = Callable[[bytes], None]
"""Takes the content of one file; raises ``Invalid`` when it is no CDR."""


def print_new_secret(switch: str) -> None:
    """Print a new secret, with which the switch posts CDRs from now on; the one before is void."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with opened(settings()) as store:
        set_cdr_secret(store, switch=switch, secret=secret)
    typer.echo(secret)


def empty_spool(folder: Path, configuration: Path | None) -> None:
    """Hand in each CDR of the folder and remove its file; keep and name what is no CDR.

    It may run beside the switch and more than once: a file that is being written is no CDR yet, and a CDR that was
    handed in before changes nothing. Raises ``Unavailable`` when a CDR cannot be handed in now.
    """
    if not folder.is_dir():
        raise Rejected(f"{folder} is no folder")
    if configuration is None:
        with opened(settings()) as store:
            taken, kept = empty_folder(folder, take=_into(store))
    else:
        with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
            taken, kept = empty_folder(folder, take=posting(client, configuration))
    typer.echo(f"{taken} CDRs were handed in, {len(kept)} files are no CDRs")
    for path in kept:
        typer.echo(f"kept: {path}", err=True)
    if kept:
        raise typer.Exit(1)


def empty_folder(folder: Path, *, take: Take) -> tuple[int, list[Path]]:
    """Return how many files were taken and removed, and those that are no CDRs."""
    taken, kept = 0, []
    for path in sorted(folder.glob(FILES)):
        try:
            take(path.read_bytes())
        except FileNotFoundError:  # another run was faster
            continue
        except Invalid:
            kept.append(path)
            continue
        path.unlink(missing_ok=True)
        taken += 1
    return taken, kept


def _into(store: SqlStore) -> Take:
    def take(body: bytes) -> None:
        hand_in_cdr(store, body, cdr_format=JsonCdr(), now=SystemClock().now(), new_id=uuid7)

    return take


def posting(client: httpx.Client, configuration: Path) -> Take:
    """Return what posts a CDR to the address of a ``json_cdr.conf.xml``."""
    try:
        target = read_json_cdr_conf(configuration)
    except (OSError, ValueError) as error:
        raise Rejected(str(error)) from error
    user, _, secret = target.cred.partition(":")

    def take(body: bytes) -> None:
        try:
            answer = client.post(target.url, content=body, auth=(user, secret))
        except httpx.HTTPError as error:
            raise Unavailable(f"{target.url} cannot be reached") from error
        if answer.status_code in {400, 413}:
            raise Invalid("no CDR")
        if not answer.is_success:
            raise _refusal(target.url, answer.status_code)

    return take


def _refusal(url: str, status: int) -> CallbeatError:
    kind = Rejected if status < 500 else Unavailable  # noqa: PLR2004 - the two halves of HTTP's errors
    return kind(f"{url} answered {status}")


def write_json_cdr(
    store: SqlStore, path: Path, *, switch: Switch, api: str, more: Mapping[str, str] = MappingProxyType({})
) -> Path:
    """Create a secret for a switch of this machine, and write the file by which it posts CDRs to this API."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with store.transaction() as tx:
        tx.switches.insert_missing([switch])
    set_cdr_secret(store, switch=switch.name, secret=secret)
    parameters = {"url": f"{api}/v3/switch/cdr", "cred": f"switch:{secret}", **RETRIES, **more}
    lines = (f"  <param name={quoteattr(name)} value={quoteattr(value)}/>" for name, value in parameters.items())
    text = "\n".join(('<configuration name="json_cdr.conf"><settings>', *lines, "</settings></configuration>", ""))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return path
