"""Hosts as network namespaces of one machine, joined by a bridge, that can be cut off from each other.

Nothing here has a name of its own in the system: each namespace lives as long as the process that holds it, which dies
with its parent, and takes its end of the wire along. What is cut is silent: frames go to an address that nobody has, as
packets do that are lost on the way. Nobody is told, and nothing is refused.
"""

import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from tests.stack.process import die_with_parent

PREFIX: Final = "10.203."
"""Of private networks, seen by nobody but these namespaces and whoever made them; each process has its own."""
NETWORKS: Final = 250
TOOLS: Final = ("ip", "nsenter", "unshare")
NOBODY: Final = "02:00:00:00:00:01"
"""A hardware address that no host has."""
WIRE: Final = "wire0"
READY_SECONDS: Final = 10.0
HOST_OF: Final = {
    "api": "api",
    "postgres": "database",
    "redis": "broker",
    "switch": "switch",
    "switch-2": "switch",
    "voice-1": "switch",
    "voice-2": "switch",
    "worker-1": "workers",
    "worker-2": "workers",
    "callbacks": "workers",
    "speech": "workers",
    "engine": "workers",
    "beat": "workers",
    "listener": "listener",
    "listener-2": "standby",
    "beat-2": "standby",
}
HERE: Final = "here"
"""The host of whoever made the others: the machine itself."""
BRIDGE: Final = "bridge"
NAMES: Final = tuple(dict.fromkeys(HOST_OF.values()))


class NotToBeHad(Exception):
    """No network namespaces can be made here, or not by this user."""


class Hosts:
    """The hosts of ``HOST_OF``, and the host of whoever made them, on one network."""

    def __init__(self) -> None:
        """Make them; raises ``NotToBeHad``."""
        if os.geteuid() != 0 or any(shutil.which(tool) is None for tool in TOOLS) or sys.platform != "linux":
            raise NotToBeHad("network namespaces need Linux, root, ip, nsenter and unshare")
        self._prefix = f"{PREFIX}{os.getpid() % NETWORKS}."
        self.network = f"{self._prefix}0/24"
        self.here = f"{self._prefix}1"
        self._holders: dict[str, subprocess.Popen[bytes]] = {}
        self._outer = f"cb{os.getpid() % 1_000_000}"
        try:
            self._make()
        except (subprocess.CalledProcessError, TimeoutError) as error:
            self.close()
            raise NotToBeHad(f"no network namespaces: {error}") from error

    def close(self) -> None:
        """Take them away: a namespace ends with its last process, and with it its wires."""
        for holder in self._holders.values():
            holder.kill()
            holder.wait()
        with suppress(subprocess.CalledProcessError):  # it may be gone already
            _run("ip", "link", "delete", self._outer)

    def address(self, part: str) -> str:
        """Give the address of a part's host."""
        return self.address_of(HOST_OF[part])

    def address_of(self, host: str) -> str:
        """Give a host's address."""
        return self.here if host == HERE else f"{self._prefix}{NAMES.index(host) + 2}"

    def command(self, part: str, words: Sequence[str], *, user: str | None = None) -> list[str]:
        """Give the command that runs another on a part's host."""
        who = [] if user is None else [f"-S{pwd.getpwnam(user).pw_uid}", f"-G{pwd.getpwnam(user).pw_gid}"]
        return [*self._enter(HOST_OF[part]), *who, "--", *words]

    def cut(self, one: str, other: str) -> None:
        """Let nothing come from either host to the other."""
        self.cut_one_way(one, other)
        self.cut_one_way(other, one)

    def cut_one_way(self, sender: str, receiver: str) -> None:
        """Let nothing come from one host to the other; the way back stays open."""
        address = self.address_of(receiver)
        self._on(
            sender, "ip", "neigh", "replace", address, "lladdr", NOBODY, "nud", "permanent", "dev", self._wire(sender)
        )

    def heal(self, one: str, other: str) -> None:
        """Let everything through again, both ways."""
        for sender, receiver in ((one, other), (other, one)):
            with suppress(subprocess.CalledProcessError):  # that way may not have been cut
                self._on(sender, "ip", "neigh", "delete", self.address_of(receiver), "dev", self._wire(sender))

    def _make(self) -> None:
        for name in (BRIDGE, *NAMES):
            self._holders[name] = self._held_namespace()
        # The bridge is in a namespace of its own; of all this the machine itself sees one end of one wire.
        self._on(BRIDGE, "ip", "link", "add", "bridge0", "type", "bridge")
        self._on(BRIDGE, "ip", "link", "set", "bridge0", "up")
        for name in NAMES:
            self._plug(name)
            self._on(name, "ip", "link", "set", "lo", "up")
        self._plug(HERE)

    def _plug(self, name: str) -> None:
        """Give a host its wire to the bridge, and its address."""
        wire, other_end = self._wire(name), f"to-{name}"
        self._on(name, "ip", "link", "add", wire, "type", "veth", "peer", "name", other_end, "netns", self._pid(BRIDGE))
        self._on(BRIDGE, "ip", "link", "set", other_end, "master", "bridge0", "up")
        self._on(name, "ip", "address", "add", f"{self.address_of(name)}/24", "dev", wire)
        self._on(name, "ip", "link", "set", wire, "up")

    def _wire(self, host: str) -> str:
        return self._outer if host == HERE else WIRE

    @staticmethod
    def _held_namespace() -> "subprocess.Popen[bytes]":
        words = ["unshare", "--net", "sleep", "infinity"]
        holder = subprocess.Popen(
            words,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one call of libc, which takes no lock
        )
        deadline = time.monotonic() + READY_SECONDS
        while os.stat(f"/proc/{holder.pid}/ns/net").st_ino == os.stat("/proc/self/ns/net").st_ino:  # noqa: PTH116
            if holder.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError("a namespace did not come to be")
            time.sleep(0.01)
        return holder

    def _pid(self, host: str) -> str:
        return str(self._holders[host].pid)

    def _enter(self, host: str) -> list[str]:
        return ["nsenter", f"--net=/proc/{self._pid(host)}/ns/net"]

    def _on(self, host: str, *words: str) -> None:
        """Run a command on a host."""
        _run(*words) if host == HERE else _run(*self._enter(host), "--", *words)


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=READY_SECONDS)


@contextmanager
def hosts() -> Iterator[Hosts]:
    """Have hosts while the block runs; raises ``NotToBeHad``."""
    made = Hosts()
    try:
        yield made
    finally:
        made.close()
