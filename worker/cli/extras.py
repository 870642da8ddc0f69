"""Optional dependencies: a command whose extra is missing says in one line which one to install."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from worker.domain.errors import Rejected


class MissingExtra(Rejected):
    """A command needs an extra that is not installed."""


@contextmanager
def needing(extra: str, *modules: str) -> Iterator[None]:
    """Check that the extra's modules are installed before they are imported; raises ``MissingExtra``."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise MissingExtra(f"this command needs the extra {extra}: pip install 'callbeat[{extra}]'")
    yield
