"""The limits that trunks set to a batch of dials, and the trials that this batch uses."""

from collections.abc import Collection

from pendulum import DateTime

from worker.domain.ids import CarrierId
from worker.domain.quota import Limit
from worker.domain.trunk import after_trial, is_proven
from worker.domain.trunk_limit import trunk_limit
from worker.ports.dispatch.store import DispatchTransaction


class TrunkLimits:
    """What each carrier's trunk allows to this batch. The caller has locked the carriers: batches follow each other."""

    def __init__(self, tx: DispatchTransaction, carrier_ids: Collection[CarrierId], *, now: DateTime) -> None:
        """Read the trunks; one that fails is locked, because its trial calls may be used."""
        self._tx = tx
        self._now = now
        self._trunks = tx.trunks.of(carrier_ids)
        for carrier_id in sorted(carrier_ids):
            if self._trunks[carrier_id].is_failing:
                self._trunks[carrier_id] = tx.trunks.lock(carrier_id)
        self._limits = self._read_limits()

    def take(self, carrier_id: CarrierId) -> bool:
        """Take one of the calls that the trunk allows; False when it allows no more."""
        limit = self._limits.get(carrier_id)
        if limit is None:
            return True
        if not limit.free:
            return False
        limit.in_use += 1
        return True

    def use_trials(self, carrier_ids: Collection[CarrierId]) -> None:
        """Write that trial calls of these carriers go out, where they are trials: the next ones wait for longer."""
        for carrier_id in carrier_ids:
            if self._trunks[carrier_id].is_failing:
                self._trunks[carrier_id] = after_trial(self._trunks[carrier_id], now=self._now)
                self._tx.trunks.save(carrier_id, self._trunks[carrier_id])

    def waits_until(self, carrier_id: CarrierId) -> DateTime:
        """Return when a call that the trunk does not allow now is tried again, unless the trunk replies before."""
        return max(self._now, self._trunks[carrier_id].next_trial_at or self._now)

    def _read_limits(self) -> dict[CarrierId, Limit]:
        unproven = [one for one, trunk in self._trunks.items() if not is_proven(trunk, now=self._now)]
        dialing = self._tx.trunks.unanswered(unproven) if unproven else {}
        limits = {
            one: trunk_limit(self._trunks[one], dialing=dialing[one], queued=0, now=self._now) for one in unproven
        }
        return {one: limit for one, limit in limits.items() if limit is not None}
