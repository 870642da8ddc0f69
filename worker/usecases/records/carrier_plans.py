"""The plan that would be made now for each carrier, made once for all of its campaigns that are explained."""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from pendulum import DateTime, Duration

from worker.domain.ids import CarrierId
from worker.domain.planner import Plan, Situation, calls_to_start
from worker.ports.records.store import RecordTransaction

KEPT_FOR_EACH_CAMPAIGN: Final = Duration(milliseconds=5)
"""A plan is kept so long for each campaign in it, which is ten times what it costs; a thousand make 5 s."""
FRESH: Final = Duration()

Made: TypeAlias = tuple[Situation, Plan]


@dataclass(slots=True)
class CarrierPlans:
    """Plans by carrier; one that was made for many campaigns is given again for a while, if ``kept_for`` says so."""

    kept_for: Duration = FRESH
    """How long for each campaign of the plan."""
    _found: dict[CarrierId, tuple[DateTime, Made | None]] = field(default_factory=dict)

    def of(self, tx: RecordTransaction, carrier_id: CarrierId, *, now: DateTime) -> Made | None:
        """Return a carrier's situation and plan; None when the carrier is gone."""
        made_at, made = self._found.get(carrier_id, (None, None))
        if made_at is not None and now - made_at <= self._kept(made):
            return made
        situation = tx.plans.situation(carrier_id, now=now)
        made = None if situation is None else (situation, calls_to_start(situation, now=now))
        self._found[carrier_id] = now, made
        return made

    def _kept(self, made: Made | None) -> Duration:
        return self.kept_for * (0 if made is None else len(made[0].campaigns))
