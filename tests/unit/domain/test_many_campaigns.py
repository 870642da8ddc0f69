"""What one act changes of each campaign: a stopped one is neither paused nor resumed."""

from dataclasses import replace

import pytest

from tests.builders import HANOI, NOON, stored_settings
from worker.domain.campaign import Status
from worker.domain.campaign_settings import CampaignChanges
from worker.domain.many_campaigns import Wish, decide_changes


@pytest.mark.parametrize(
    ("status", "paused", "resumed"),
    [
        (Status.START, CampaignChanges(status=Status.PAUSE), None),
        (Status.PAUSE, None, CampaignChanges(status=Status.START)),
        (Status.STOP, None, None),
    ],
)
def test_only_what_runs_is_paused_and_only_what_is_paused_is_resumed(
    status: Status, paused: CampaignChanges | None, resumed: CampaignChanges | None
) -> None:
    settings = replace(stored_settings(), status=status)

    assert decide_changes(settings, wish=Wish.PAUSE, limits={}, zone=HANOI, now=NOON) == paused
    assert decide_changes(settings, wish=Wish.RESUME, limits={}, zone=HANOI, now=NOON) == resumed


def test_a_pause_whose_window_has_opened_is_over() -> None:
    settings = replace(stored_settings(), status=Status.PAUSE, resume_at=NOON)

    assert decide_changes(settings, wish=Wish.PAUSE, limits={}, zone=HANOI, now=NOON) is not None
    assert decide_changes(settings, wish=Wish.RESUME, limits={}, zone=HANOI, now=NOON) is None
    assert decide_changes(settings, wish=Wish.RESUME, limits={}, zone=HANOI, now=NOON.subtract(seconds=1)) is not None


@pytest.mark.parametrize(
    "limits",
    [CampaignChanges(concurrent_call=6), CampaignChanges(network={"viettel": 2, "mobi": 1})],
)
def test_limits_that_differ_are_changed(limits: CampaignChanges) -> None:
    settings = replace(stored_settings(), concurrent_call=5, network={"viettel": 2, "mobi": 0})

    assert decide_changes(settings, wish=Wish.LIMITS, limits=limits, zone=HANOI, now=NOON) == limits


@pytest.mark.parametrize(
    "limits",
    [
        CampaignChanges(concurrent_call=5),
        CampaignChanges(network={"viettel": 2}),
        CampaignChanges(concurrent_call=5, network={"tel": 0}),
    ],
)
def test_limits_that_are_as_stored_change_nothing(limits: CampaignChanges) -> None:
    settings = replace(stored_settings(), concurrent_call=5, network={"viettel": 2, "mobi": 0})

    assert decide_changes(settings, wish=Wish.LIMITS, limits=limits, zone=HANOI, now=NOON) is None
