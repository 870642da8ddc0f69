"""Clocks that jump: each of our processes can be told another time than the machine's.

libfaketime would reach programs that are not Python's as well, but as of 0.9.10 it breaks sleeping with an absolute
monotonic deadline, which is how Python sleeps.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

WRONG_CLOCK: Final = Path(__file__).parent / "wrong_clock"
VARIABLE: Final = "CALLBEAT_TEST_CLOCK"


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of one part, which follows an offset in a file."""

    file: Path

    @property
    def environment(self) -> dict[str, str]:
        """Give what the part's process is started with."""
        return {"PYTHONPATH": str(WRONG_CLOCK), VARIABLE: str(self.file)}

    def jump(self, *, seconds: float) -> None:
        """Go wrong by so much from now on; 0 is right."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds}")
        new.replace(self.file)  # whoever reads meanwhile finds the old or the new, and never half of it
