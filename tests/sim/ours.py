"""Callbeat's rule in the simulation, made of nothing but the product's own functions."""

from dataclasses import dataclass, field
from typing import Final

from tests.sim.floor import Floor
from worker.domain.agents.ages import Observed
from worker.domain.agents.chances import Chances
from worker.domain.agents.credit import AnswerCounts, Lines
from worker.domain.agents.dialling import Pacing, calls_to_dial
from worker.domain.agents.estimates import ANSWERED, ENDED, FAILED, PAUSED, READY_AGAIN, Estimates, Seen
from worker.domain.agents.risk import AgentsNow
from worker.domain.agents.steering import FIRST_PRICE, steered

REFRESHED_EVERY: Final = 10.0
"""Seconds between two estimates."""
NO_CREDIT_LIMIT: Final = 1_000_000


class CreditAlone:
    """Every call that the credit allows, whatever its risk: the worst that wrong statistics could do."""

    def more(self, floor: Floor) -> int:
        """Return the room that the credit leaves."""
        counts = AnswerCounts(floor.figures.answered, floor.figures.abandoned)
        lines = Lines(floor.ready, len(floor.waiting), len(floor.ringing))
        return max(0, lines.room(credit=counts.stock(target_per_mille=30)))


@dataclass(slots=True)
class Callbeat:
    """The rule; without ``has_credit`` only estimates and the integral bound the abandoned calls."""

    has_credit: bool = True
    ratio: int = 500
    target_per_mille: int = 30
    estimates: Estimates = field(default_factory=Estimates)
    price: float = FIRST_PRICE
    chances: Chances = field(default_factory=lambda: Chances(Estimates()))
    _refreshed: float = -1.0
    _day: int = 0
    _counted: AnswerCounts = field(default_factory=AnswerCounts)

    def more(self, floor: Floor) -> int:
        """Return how many more calls to dial now."""
        if floor.day != self._day or floor.now - self._refreshed >= REFRESHED_EVERY:
            self._refresh(floor)
        figures, now = floor.figures, floor.now
        stock = AnswerCounts(figures.answered, figures.abandoned).stock(target_per_mille=self.target_per_mille)
        credit = stock if self.has_credit else NO_CREDIT_LIMIT
        if len(floor.ringing) + len(floor.waiting) >= floor.ready + credit:
            return 0
        agents = AgentsNow(
            ready=floor.ready,
            waiting=len(floor.waiting),
            ringing=[now - since for since in floor.ringing.values()],
            talking=[now - since for since in floor.talking.values()],
            wrapping=[now - since for since in floor.wrapping.values()],
        )
        pacing = Pacing(credit=credit, price=self.price, ratio=self.ratio, hopper=1_000)
        return calls_to_dial(agents, pacing, chances=self.chances).calls

    def _refresh(self, floor: Floor) -> None:
        elapsed = floor.now - self._refreshed if floor.day == self._day else 0.0
        kinds: dict[str, list[Observed]] = {"ring": [], "talk": [], "wrap": []}
        ends = {"ring": (FAILED, ANSWERED), "talk": (ENDED, ENDED), "wrap": (PAUSED, READY_AGAIN)}
        for kind, lasted, how in floor.ended:
            kinds[kind].append(Observed(lasted, ends[kind][how]))
        floor.ended.clear()
        seen = Seen(kinds["ring"], kinds["talk"], kinds["wrap"])
        self.estimates = self.estimates.learn(seen, elapsed=max(0.0, elapsed))
        self.chances = Chances(self.estimates)
        figures = floor.figures
        counts = AnswerCounts(figures.answered, figures.abandoned)
        served = counts.answered - counts.abandoned - self._counted.answered + self._counted.abandoned
        self.price = steered(
            self.price,
            served=served,
            abandoned=counts.abandoned - self._counted.abandoned,
            target=self.target_per_mille / 1000,
            has_stock=not self.has_credit or counts.stock(target_per_mille=self.target_per_mille) >= floor.world.agents,
        )
        self._counted, self._refreshed, self._day = counts, floor.now, floor.day
