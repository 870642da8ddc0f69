"""The two simulated switches of a world: where each listens, what it leaves, and what it is told past the relay."""

from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.stack.switch import switch_command
from worker.domain.errors import Unavailable
from worker.domain.switch_address import SwitchUrl
from worker.simulator.cdr_post import CdrOptions
from worker.simulator.options import PASSWORD, SimulatorOptions
from worker.telephony.connection import open_connection

SPOKEN: Final = "gateway-spoken"
"""Over it, callees are spoken with; over the other gateways they talk as long as their fate says."""
SWITCHES: Final = ("switch", "switch-2")
MANY_SESSIONS: Final = SimulatorOptions().max_sessions
RETRIES: Final = 2
RETRY_SECONDS: Final = 1.0
LONG_TALKS: Final = 0.08
"""Of the answered calls; a carrier with a short longest call cuts them short."""
LONG_TALK_SECONDS: Final = (160.0, 260.0)
"""As a switch counts them at its speed: longer than most faults, so that calls outlast restarts and take-overs."""
POST_SECONDS: Final = 3.0
"""A switch gives a CDR up, and leaves it on its disk, within seconds: a run is shorter than a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switchboard:
    """One switch of the world."""

    part: str
    own: SwitchUrl
    """Its own address, past the relay."""
    reached: SwitchUrl
    """Where our processes find it."""
    home: Path

    @property
    def name(self) -> str:
        """Return the name under which our processes know it."""
        return self.reached.name

    @property
    def log(self) -> Path:
        return self.home / f"{self.part}.jsonl"

    @property
    def heard(self) -> Path:
        """Return its log of what callees heard."""
        return self.home / f"{self.part}.heard.jsonl"

    @property
    def copies(self) -> Path:
        """Return the folder for copies of what was played, which all switches share."""
        return self.home / "copies"

    @property
    def spool(self) -> Path:
        """Return where it leaves CDRs that it cannot post."""
        return self.home / f"{self.part}.unsent"

    def command(self, *, speed: float, seed: int, cdr_url: str, secret: str) -> list[str]:
        """Return the command that runs it."""
        cdrs = CdrOptions(
            url=cdr_url,
            cred=f"switch:{secret}",
            err_log_dir=self.spool,
            retries=RETRIES,
            delay_seconds=RETRY_SECONDS,
            timeout_seconds=POST_SECONDS,
        )
        return switch_command(
            SimulatorOptions(
                host=self.own.host,
                port=self.own.port,
                log_path=self.log,
                heard_path=self.heard,
                copies_path=self.copies,
                spoken_gateways=(SPOKEN,),
                speed=speed,
                seed=seed,
                long_talk_share=LONG_TALKS,
                long_talk_seconds=LONG_TALK_SECONDS,
                cdrs=cdrs,
            )
        )

    def tell(self, command: str) -> None:
        """Send it a command; one that is away begins afresh when it is back."""
        with suppress(Unavailable), closing(open_connection(self.own)) as connection:
            connection.command(f"api {command}")


def switchboards(
    home: Path, *, own: Mapping[str, tuple[str, int]], reached: Mapping[str, tuple[str, int]]
) -> dict[str, Switchboard]:
    """Return each switch by its part."""

    def url(address: tuple[str, int]) -> SwitchUrl:
        return SwitchUrl(host=address[0], port=address[1], password=PASSWORD)

    return {
        part: Switchboard(part=part, own=url(own[part]), reached=url(reached[part]), home=home) for part in SWITCHES
    }
