"""The start options of the simulated switch."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from worker.simulator.cdr_post import CdrOptions

TALK_BY_DIGIT: Final = 3.0
PASSWORD: Final = "ClueCon"  # noqa: S105 - the public default of FreeSWITCH; no real calls


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """Address, behaviour and log file of a simulated switch.

    All times of the model are divided by ``speed``, also the ring timeout of a call. A range is (shortest, longest) in
    seconds.
    """

    host: str = "127.0.0.1"
    port: int = 0
    """0 selects a free port; the switch prints the selected one on standard output."""
    password: str = field(default=PASSWORD, repr=False)
    seed: int = 1
    speed: float = 1.0
    bounds_speed: float = 1.0
    """As ``speed``, for what ``sched_hangup`` bounds in calls with a voice process, whose clock runs as ours."""
    by_last_digit: bool = False
    """True: the last digit decides the fate, by ``model.BY_LAST_DIGIT``. False: the fate is random."""
    talk_by_digit_seconds: float = TALK_BY_DIGIT
    """With ``by_last_digit``: how long a person talks to whom the switch connects nobody."""
    spread: float = 0.0
    """With ``by_last_digit``: each time varies at random by up to this share, up and down; 0.1 is 10 %."""
    setup_seconds: tuple[float, float] = (0.5, 3.0)
    ring_seconds: tuple[float, float] = (2.0, 20.0)
    talk_seconds: tuple[float, float] = (4.0, 45.0)
    long_talk_share: float = 0.0
    """Share of the answered calls, chosen at random, whose talk is long; not with ``by_last_digit``."""
    long_talk_seconds: tuple[float, float] = (200.0, 400.0)
    agent_ring_seconds: tuple[float, float] = (0.2, 0.5)
    """Until an agent's telephone answers."""
    agent_talk_seconds: tuple[float, float] = (4.0, 30.0)
    agent_dies_share: float = 0.0
    """Share of the conversations, chosen at random, in which the agent's leg dies."""
    max_sessions: int = 2000
    """How many calls may be up at once; more are refused."""
    sessions_per_second: int = 10_000
    """As FreeSWITCH's ``sps``: one fewer is admitted in a second of the clock, and more are refused."""
    gateways: tuple[str, ...] = ()
    """The gateways that exist; when empty, every gateway exists."""
    spoken_gateways: tuple[str, ...] = ()
    """When not empty, calls over other gateways connect to no voice process: they talk as long as their fate says."""
    clock_skew_seconds: float = 0.0
    """How far the switch's clock is ahead of the machine's; below 0 it is behind."""
    log_path: Path | None = None
    heard_path: Path | None = None
    """A file for what callees heard and did."""
    copies_path: Path | None = None
    """A folder for copies of the sounds that were played one by one."""
    heartbeat_seconds: float = 20.0
    cdrs: CdrOptions | None = None
    """Where CDRs are posted; None: none are."""

    def __post_init__(self) -> None:
        """Check the values. Raises ``ValueError``."""
        if min(self.speed, self.bounds_speed) <= 0 or self.max_sessions < 0 or self.heartbeat_seconds <= 0:
            raise ValueError("speeds and heartbeat_seconds must be above 0, max_sessions must not be below 0")
        if not 0 <= self.spread < 1:
            raise ValueError("spread must be at least 0 and below 1")
        if not (0 <= self.long_talk_share <= 1 and 0 <= self.agent_dies_share <= 1):
            raise ValueError("long_talk_share and agent_dies_share must be from 0 to 1")
