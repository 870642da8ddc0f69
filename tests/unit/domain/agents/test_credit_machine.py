"""Search for an order of events after which more calls were abandoned than the target allows."""

from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from worker.domain.agents.credit import AnswerCounts, Lines, counts_of_window, credit_of

BUSY_DAYS = st.sampled_from([40, 300])


class Campaign(RuleBasedStateMachine):
    """A campaign whose calls and agents do what they like, while dials and pauses ask the credit."""

    def __init__(self) -> None:
        """Start without agents."""
        super().__init__()
        self.target = 30
        self.today = date(2026, 11, 30)
        self.days: dict[date, AnswerCounts] = {}
        self.ready = self.busy = self.paused = 0
        self.ringing: list[date] = []
        self.waiting: list[date] = []

    @initialize(
        per_mille=st.integers(1, 200), answered=st.dictionaries(st.sampled_from([1, 28, 29]), BUSY_DAYS, max_size=2)
    )
    def begin(self, per_mille: int, answered: dict[int, int]) -> None:
        """Choose the target and what was answered so many days ago: also on days that soon leave the window."""
        self.target = per_mille
        self.days = {self.today - timedelta(days=ago): AnswerCounts(count) for ago, count in answered.items()}

    @property
    def credit(self) -> int:
        return credit_of(self.days, today=self.today, target_per_mille=self.target)

    @property
    def lines(self) -> Lines:
        return Lines(self.ready, len(self.waiting), len(self.ringing))

    def count(self, *, abandoned: int) -> None:
        self.days[self.today] = self.days.get(self.today, AnswerCounts()) + AnswerCounts(1, abandoned)

    @rule(count=st.integers(1, 4))
    def log_in(self, count: int) -> None:
        self.ready += count

    @rule(most=st.sampled_from([1, 3, 100]))
    def dial(self, most: int) -> None:
        for _ in range(most):
            if self.lines.may_dial(credit=self.credit):
                self.ringing.append(self.today)

    @precondition(lambda self: self.ringing)
    @rule(last=st.booleans())
    def fail(self, *, last: bool) -> None:
        self.ringing.pop(-1 if last else 0)

    @precondition(lambda self: self.ringing)
    @rule(count=st.integers(1, 8), last=st.booleans())
    def answer(self, count: int, *, last: bool) -> None:
        for _ in range(min(count, len(self.ringing))):
            self.waiting.append(self.ringing.pop(-1 if last else 0))

    @precondition(lambda self: self.waiting and self.ready)
    @rule()
    def serve(self) -> None:
        self.waiting.pop(0)
        self.ready -= 1
        self.busy += 1
        self.count(abandoned=0)

    @precondition(lambda self: self.waiting)
    @rule()
    def hang_up_before_an_agent_comes(self) -> None:
        self.waiting.pop(0)

    @precondition(lambda self: self.waiting and not self.ready)
    @rule()
    def abandon(self) -> None:
        self.waiting.pop(0)
        self.count(abandoned=1)

    @precondition(lambda self: self.busy)
    @rule()
    def end_the_call(self) -> None:
        self.busy -= 1
        self.ready += 1

    @precondition(lambda self: self.ready)
    @rule()
    def pause(self) -> None:
        if self.lines.may_pause(credit=self.credit):
            self.ready -= 1
            self.paused += 1

    @precondition(lambda self: self.paused)
    @rule()
    def resume(self) -> None:
        self.paused -= 1
        self.ready += 1

    @precondition(lambda self: {self.today}.issuperset(self.ringing + self.waiting))
    @rule()
    def pass_midnight(self) -> None:
        """Begin the next day; no phone rings from one midnight to the next."""
        self.today += timedelta(days=1)

    @invariant()
    def calls_keep_within_ready_agents_and_the_window(self) -> None:
        stock = counts_of_window(self.days, today=self.today).stock(target_per_mille=self.target)
        assert len(self.ringing) + len(self.waiting) <= self.ready + stock

    @invariant()
    def abandoned_calls_keep_within_the_target(self) -> None:
        counts = counts_of_window(self.days, today=self.today)
        assert 1_000 * counts.abandoned <= self.target * counts.answered


TestCampaign = Campaign.TestCase
TestCampaign.settings = settings(settings.get_profile("fast"), max_examples=60, stateful_step_count=60)
