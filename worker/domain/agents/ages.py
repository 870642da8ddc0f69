"""How long something lasts, learnt as hazards by age: the chance to end in each bin of time, if it has not ended yet.

This is the estimator of Kaplan and Meier (1958) with competing ends (a ringing call is answered or fails). Something
that was cut off counts as exposed up to there and as no end, so that a censored observation biases nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from worker.domain.json_value import Json

PSEUDO_EXPOSURES: Final = 8.0
"""Weight of what is assumed before anything was seen, in observations for each bin."""

DIGITS: Final = 4
"""Decimals of a stored weight."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One thing that lasted so long; ``end`` is the kind of its end, None if it was cut off (censored)."""

    seconds: float
    end: int | None


@dataclass(frozen=True, slots=True)
class Ages:
    """The weighted counts: how many were exposed in each bin, and how many ended in it, by kind of end."""

    width: int
    """Seconds of a bin; the last bin has no upper bound."""
    exposed: tuple[float, ...]
    ended: tuple[tuple[float, ...], ...]

    @staticmethod
    def empty(*, width: int, bins: int, kinds: int) -> "Ages":
        """Return the counts before anything was observed."""
        zeros = (0.0,) * bins
        return Ages(width, zeros, (zeros,) * kinds)

    def learn(self, observed: Sequence[Observed], *, keep: float) -> "Ages":
        """Add observations; older ones are weighted by ``keep``, from 0 to 1."""
        exposed = [weight * keep for weight in self.exposed]
        ended = [[weight * keep for weight in kind] for kind in self.ended]
        last = len(exposed) - 1
        for one in observed:
            bin_ = min(int(one.seconds // self.width), last)
            for index in range(bin_):
                exposed[index] += 1.0
            if one.end is not None:
                exposed[bin_] += 1.0
                ended[one.end][bin_] += 1.0
        return Ages(self.width, tuple(exposed), tuple(tuple(kind) for kind in ended))

    def hazards(self, prior: Sequence[float], *, kind: int) -> list[float]:
        """Return the chance of this kind of end in each bin; ``prior`` is what is assumed without observations."""
        return [
            (ended + PSEUDO_EXPOSURES * assumed) / (exposed + PSEUDO_EXPOSURES)
            for ended, exposed, assumed in zip(self.ended[kind], self.exposed, prior, strict=True)
        ]

    def to_json(self) -> dict[str, Json]:
        """Return the stored form."""
        return {
            "width": self.width,
            "exposed": [round(weight, DIGITS) for weight in self.exposed],
            "ended": [[round(weight, DIGITS) for weight in kind] for kind in self.ended],
        }

    @staticmethod
    def from_json(value: Json, *, like: "Ages") -> "Ages":
        """Return what was stored, or ``like``, which is empty, if that has other bins or another form."""
        if not isinstance(value, Mapping):
            return like
        exposed, kinds = _weights(value.get("exposed")), value.get("ended")
        ended = tuple(_weights(kind) for kind in kinds) if isinstance(kinds, list) else ()
        found = Ages(like.width, exposed, ended)
        return found if value.get("width") == like.width and found.shape == like.shape else like

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of bins, of exposures and of each kind of end."""
        return (len(self.exposed), *(len(kind) for kind in self.ended))


def _weights(value: Json) -> tuple[float, ...]:
    return tuple(float(one) for one in value if isinstance(one, int | float)) if isinstance(value, list) else ()
