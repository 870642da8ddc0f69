"""The stages in which stored numbers get another form."""

from uuid import UUID

from tests.builders import CAMPAIGN, NOON, TENANT
from worker.domain.number_sealing import NumberSealing, SealingStage


def test_each_stage_begins_anew_after_the_one_before_and_the_last_is_due_no_more() -> None:
    work = NumberSealing(CAMPAIGN, TENANT, hides=True, due_at=NOON)
    stages = [work.stage]
    while not work.is_over:
        work = work.behind(UUID(int=1)).next_stage()
        assert work.after_id is None
        stages.append(work.stage)
    assert (stages, work.due_at) == ([*SealingStage], None)


def test_calls_come_after_leads_and_callbacks_after_calls_and_events() -> None:
    order = [*SealingStage]
    assert order.index(SealingStage.LEADS) < order.index(SealingStage.CALLS) < order.index(SealingStage.EVENTS)
    assert order.index(SealingStage.EVENTS) < order.index(SealingStage.CALLBACKS)
