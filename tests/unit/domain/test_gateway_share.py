"""Carriers that wait for one gateway share it: no call of it is idle, and nobody starves."""

from collections import Counter, deque
from dataclasses import dataclass, field
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime, Duration

from tests.builders import NOON
from worker.domain.gateway_share import GatewayUse, Waiting, free_for, woken
from worker.domain.ids import CarrierId

A, B, C = (CarrierId(UUID(int=number)) for number in (1, 2, 3))


def use(limit: int, live: int, **changed: object) -> GatewayUse:
    return GatewayUse(limit=limit, live=live, **changed)  # type: ignore[arg-type]


def test_whoever_is_alone_gets_all_that_is_free() -> None:
    assert free_for(A, use(10, 4), held=4, now=NOON) == 6
    assert free_for(A, use(3, 5), held=1, now=NOON) == 0


def test_a_carrier_that_holds_more_than_its_share_leaves_the_next_call_to_others() -> None:
    one_ended = use(10, 9, others={B: Waiting(since=NOON, held=0)})

    assert free_for(A, one_ended, held=9, now=NOON) == 0
    assert woken(A, one_ended, held=9, now=NOON) == [B]


def test_a_single_call_goes_to_each_in_turn() -> None:
    earlier, later = NOON, NOON.add(seconds=1)

    assert free_for(A, use(1, 0, others={B: Waiting(since=earlier, held=0)}), held=0, now=later) == 0
    assert free_for(B, use(1, 0, others={A: Waiting(since=later, held=0)}, waits_since=earlier), held=0, now=later) == 1


def test_carriers_that_wait_for_nothing_keep_what_they_have() -> None:
    """Six of ten calls are of a carrier that does not wait."""
    shared = use(10, 6, others={B: Waiting(since=NOON, held=0)})

    assert free_for(A, shared, held=0, now=NOON.add(seconds=1)) == 2


def test_a_carrier_that_wants_nothing_more_leaves_its_share_to_who_waits() -> None:
    """A's last call has ended, B waits for a second one."""
    one_ended = use(2, 1, others={B: Waiting(since=NOON, held=1)})

    assert woken(A, one_ended, held=0, now=NOON) == [B]


@dataclass
class Gateway:
    """A gateway in memory, and the plans of its carriers as the use case makes them."""

    limit: int
    wanted: dict[CarrierId, int]
    """How many more calls each carrier could make."""
    held: Counter[CarrierId] = field(default_factory=Counter)
    waiting: dict[CarrierId, DateTime] = field(default_factory=dict)
    now: DateTime = NOON

    def plan(self, carrier_id: CarrierId) -> None:
        """Plan a carrier, and then those that it wakes; fail when this never ends."""
        asked = [carrier_id]
        for _ in range(1000):
            if not asked:
                return
            asked += self._plan(asked.pop(0))
        raise AssertionError("plans wake each other for ever")

    def _plan(self, one: CarrierId) -> list[CarrierId]:
        self.now += Duration(milliseconds=1)
        before = self._use(one)
        taken = min(self.wanted[one], free_for(one, before, held=self.held[one], now=self.now))
        self.held[one] += taken
        self.wanted[one] -= taken
        assert self.held.total() <= self.limit
        if self.wanted[one]:
            self.waiting[one] = self.now if taken else self.waiting.get(one, self.now)
        else:
            self.waiting.pop(one, None)
        return woken(one, self._use(one), held=self.held[one], now=self.now)

    def _use(self, one: CarrierId) -> GatewayUse:
        others = {c: Waiting(since=at, held=self.held[c]) for c, at in self.waiting.items() if c != one}
        return GatewayUse(limit=self.limit, live=self.held.total(), others=others, waits_since=self.waiting.get(one))

    def end(self, carrier_id: CarrierId) -> None:
        self.held[carrier_id] -= 1
        self.plan(carrier_id)


STEPS = st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(0, 4)), max_size=40)


@given(limit=st.integers(0, 7), steps=STEPS)
def test_no_call_is_idle_while_a_carrier_waits_and_the_limit_holds(
    limit: int, steps: list[tuple[CarrierId, int]]
) -> None:
    gateway = Gateway(limit, dict.fromkeys((A, B, C), 0))

    for carrier_id, more in steps:
        if more:
            gateway.wanted[carrier_id] += more
            gateway.plan(carrier_id)
        elif gateway.held[carrier_id]:
            gateway.end(carrier_id)

        assert gateway.held.total() == limit or not any(gateway.wanted.values())


@given(limit=st.integers(1, 7), order=st.permutations([A, B, C]))
def test_calls_go_to_all_evenly_whoever_came_first(limit: int, order: list[CarrierId]) -> None:
    """All want more than there is, and calls end in the order in which they began."""
    gateway = Gateway(limit, dict.fromkeys((A, B, C), 1000))
    for carrier_id in order:
        gateway.plan(carrier_id)
    up = deque(gateway.held.elements())
    served: Counter[CarrierId] = Counter()

    for _ in range(4 * limit + 12):
        before = Counter(gateway.held)
        ending = up.popleft()
        gateway.end(ending)
        before[ending] -= 1
        began = list((gateway.held - before).elements())
        up += began
        served += Counter(began)

    assert max(served.values()) - min(served[one] for one in (A, B, C)) <= limit + 1
    assert {gateway.held[one] for one in (A, B, C)} <= {limit // 3, -(-limit // 3)}
