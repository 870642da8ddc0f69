"""Where the parts of a world run: all on one address, or each on a host of its own."""

from collections.abc import Sequence
from typing import Protocol

from tests.stack.addresses import LOOPBACK, LOOPBACK_NETWORK


class Places(Protocol):
    """What a world asks of the place where it runs."""

    network: str
    """All addresses of the place."""
    here: str
    """The address of whoever drives the world, on which its receiver listens."""

    def address(self, part: str) -> str:
        """Give the address of the host on which a part runs."""
        ...

    def command(self, part: str, words: Sequence[str], *, user: str | None = None) -> list[str]:
        """Give the command that runs another on the part's host, by a user if one is named."""
        ...


class OneMachine:
    """Everything on the loopback address."""

    network = LOOPBACK_NETWORK
    here = LOOPBACK

    def address(self, part: str) -> str:
        """Give the one address there is."""
        del part
        return LOOPBACK

    def command(self, part: str, words: Sequence[str], *, user: str | None = None) -> list[str]:
        """Give the command; to become another user is left to whoever starts it."""
        del part, user
        return [*words]
