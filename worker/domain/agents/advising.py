"""What one second of pacing decides for a campaign, and what it learns every ten seconds."""

from worker.domain.agents.chances import Chances
from worker.domain.agents.credit import AnswerCounts
from worker.domain.agents.dialling import Pacing, calls_to_dial
from worker.domain.agents.estimates import Estimates
from worker.domain.agents.risk import AgentsNow
from worker.domain.agents.staffing import Advice
from worker.domain.agents.steering import steered
from worker.domain.agents_rule import AgentsRule


def advise(
    agents: AgentsNow, rule: AgentsRule, *, queued: int, credit: int, price: float, estimates: Estimates
) -> Advice:
    """Return how many calls beyond the ready agents the statistics advise."""
    pacing = Pacing(credit=credit, price=price, ratio=rule.ratio, hopper=rule.hopper, queued=queued)
    wanted = calls_to_dial(agents, pacing, chances=Chances(estimates))
    lines = agents.waiting + len(agents.ringing) + wanted.calls
    return Advice(lines - agents.ready, price, wanted.bound)


def next_price(price: float, *, before: AnswerCounts, after: AnswerCounts, target_per_mille: int, agents: int) -> float:
    """Return the price after the answers that were counted since; counts that left the window change nothing."""
    abandoned = max(0, after.abandoned - before.abandoned)
    served = max(0, after.answered - before.answered - abandoned)
    has_stock = after.stock(target_per_mille=target_per_mille) >= agents
    return steered(price, served=served, abandoned=abandoned, target=target_per_mille / 1000, has_stock=has_stock)
