"""Voices: their language, and the region whose words they use."""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language that numbers and dates are read in."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


class Region(StrEnum):
    """The part of Vietnam whose words a voice uses."""

    NORTH = "north"
    SOUTH = "south"


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice as the wire names it (``north-f-01``, empty for the installation's own), and how fast it speaks."""

    name: str = ""
    speed: float = 1.0
    language: Language = Language.VIETNAMESE

    @property
    def region(self) -> Region:
        """Return the region of the name; a name without one speaks as the north does."""
        return Region.SOUTH if self.name.startswith("south") else Region.NORTH
