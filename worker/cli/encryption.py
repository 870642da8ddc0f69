"""Which databases are encrypted without a command: embedded ones, and those that are new."""

import base64
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from worker.clock import SystemClock
from worker.domain.errors import Rejected
from worker.settings import KEY_BYTES, Settings
from worker.store.base.engine import make_engine
from worker.store.base.keyring import key_id
from worker.store.transaction import SqlStore
from worker.usecases.records.rotate_secret_key import present_key, rotate_secret_key
from worker.usecases.records.tenants import DEFAULT_TENANT, find_tenant


def new_key() -> str:
    """Return a new key in base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def key_ids(chosen: Settings) -> list[str]:
    """Return the ids of this process's keys, the newest first."""
    return [key_id(key) for key in chosen.secret_keys]


def encrypt_own_database(chosen: Settings) -> None:
    """Encrypt the embedded database, which no other machine's processes read; of another only a new one."""
    if chosen.database_url is None:
        _encrypt(chosen, only_new=False)
    else:
        encrypt_new_database(chosen)


def encrypt_new_database(chosen: Settings) -> None:
    """Encrypt a database without tenants, if there is a key: no process of an earlier release can be reading it."""
    _encrypt(chosen, only_new=True)


def _encrypt(chosen: Settings, *, only_new: bool) -> None:
    with _opened(chosen) as store:
        in_use = present_key(store)
        is_new = find_tenant(store, name=DEFAULT_TENANT) is None
    _write_key(chosen, in_use=in_use)
    ids = key_ids(chosen)
    if ids and in_use != ids[0] and (is_new or not only_new):
        with _opened(chosen) as store:
            rotate_secret_key(store, keys=ids, now=SystemClock().now())


def _write_key(chosen: Settings, *, in_use: str) -> None:
    """Write a key for the embedded database, at its first start. Raises ``Rejected`` when its key was lost."""
    file = chosen.secret_key_file
    if file is None or file.exists():
        return
    if in_use:
        raise Rejected(f"secrets are encrypted with the key {in_use}: put {file} back, or set CALLBEAT_SECRET_KEY")
    write_once(file, new_key())


def write_once(file: Path, text: str) -> None:
    """Create the file with this content, whole or not at all; one that exists stays as it is."""
    written = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(f"{text}\n")
        out.flush()
        os.fsync(out.fileno())
    with suppress(FileExistsError):
        os.link(written, file)
    written.unlink()


@contextmanager
def _opened(chosen: Settings) -> Iterator[SqlStore]:
    engine = make_engine(chosen.database, keys=chosen.secret_keys)
    try:
        yield SqlStore(engine)
    finally:
        engine.dispose()
