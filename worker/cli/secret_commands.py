"""The commands for secrets: their signatures and help, as in ``commands``."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from worker.cli.commands import AsJson

LONGEST_ROTATION_HOURS: Final = 24 * 365

SecretOf = Annotated[str, typer.Option(help="The tenant whose secret it is.")]


def show_secret(tenant: SecretOf) -> None:
    """Print the secret that signs the tenant's callbacks."""
    from worker.cli.secrets import show

    show(tenant)


def rotate_secret(
    tenant: SecretOf,
    hours: Annotated[
        float, typer.Option(min=0, max=LONGEST_ROTATION_HOURS, help="Hours in which the old secret stays valid too.")
    ] = 24,
) -> None:
    """Print a new secret that signs callbacks.

    It holds from now on; the old one stays valid beside it for a while.
    """
    from worker.cli.secrets import rotate

    rotate(tenant, hours)


def new_secret_key() -> None:
    """Print a new key for CALLBEAT_SECRET_KEY; it is stored nowhere."""
    from worker.cli.secret_keys import print_new_key

    print_new_key()


def rotate_secret_key() -> None:
    """Encrypt all secrets in the database with the newest key, while everything runs.

    Run it when every process has been restarted with the key.
    """
    from worker.cli.secret_keys import rotate

    rotate()


def check_secret_key(*, as_json: AsJson = False) -> None:
    """Print how many secrets each key encrypts.

    Exit 1 when some cannot be read, or are in clear though there is a key.
    """
    from worker.cli.secret_keys import check

    check(as_json=as_json)


SECRET: Final[Mapping[str, Callable[..., None]]] = {"show": show_secret, "rotate": rotate_secret}
"""The members of ``callbeat secret``."""
SECRET_KEY: Final[Mapping[str, Callable[..., None]]] = {
    "new": new_secret_key,
    "rotate": rotate_secret_key,
    "check": check_secret_key,
}
"""The members of ``callbeat secret-key``."""
