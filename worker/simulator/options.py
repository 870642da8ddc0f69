"""What one may say to the simulated switch when it starts."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

PASSWORD: Final = "ClueCon"  # noqa: S105 - the default of every FreeSWITCH, for a switch that carries no calls


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """Where it listens, what it is like, and where it writes its log.

    All times of the model are divided by ``speed``, the ring timeout of a call too. Ranges are seconds, from and to.
    """

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free port; the one taken is announced on the standard output."""
    password: str = field(default=PASSWORD, repr=False)
    seed: int = 1
    speed: float = 1.0
    by_last_digit: bool = False
    """Let the last digit decide, as ``model.BY_LAST_DIGIT`` says, and not chance."""
    spread: float = 0.0
    """Where the last digit decides: each time is drawn from this share below to this share above what it says."""
    setup_seconds: tuple[float, float] = (0.5, 3.0)
    ring_seconds: tuple[float, float] = (2.0, 20.0)
    talk_seconds: tuple[float, float] = (4.0, 45.0)
    max_sessions: int = 2000
    gateways: tuple[str, ...] = ()
    """The gateways that exist; none named means that every one does."""
    log_path: Path | None = None
    heartbeat_seconds: float = 20.0

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.speed <= 0 or self.max_sessions < 0 or self.heartbeat_seconds <= 0:
            raise ValueError("speed and heartbeat_seconds are above zero, max_sessions is not below")
        if not 0 <= self.spread < 1:
            raise ValueError("spread is from 0 to below 1")
