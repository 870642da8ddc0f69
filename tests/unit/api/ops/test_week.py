"""The table of the week, and the chart of the last day."""

from api.ops.week import Hour, last_day, monday_before, week_of
from tests.builders import CAMPAIGN, HANOI, NOON
from worker.domain.call import Outcome
from worker.domain.report import Part
from worker.domain.window import DAY_NS, Span, Week, Windows
from worker.domain.zone import zone_named
from worker.ports.records.reports import ReportedCampaign
from worker.usecases.records.report_calls import ReportRow

HOUR_NS = DAY_NS // 24
WINDOWS = Windows(zone=HANOI, rows=(Week.every_day(Span(8 * HOUR_NS, 12 * HOUR_NS + HOUR_NS // 2)),))


def a_row(*, hours_ago: int, calls: int, answered: int = 0) -> ReportRow:
    begins = NOON.in_timezone(zone_named(HANOI)).subtract(hours=hours_ago)
    outcomes = {Outcome.ANSWERED: answered, Outcome.BUSY: calls - answered}
    campaign = ReportedCampaign(CAMPAIGN, "reminders", is_deleted=False)
    return ReportRow(campaign=campaign, part=Part(begins, 0, 4), network=None, outcomes=outcomes, duration=0, billsec=0)


def test_each_hour_says_when_it_is_open_and_what_was_called_in_it() -> None:
    monday = monday_before(NOON, zone=HANOI)

    week = week_of(WINDOWS, monday=monday, rows=[a_row(hours_ago=1, calls=3, answered=1), a_row(hours_ago=0, calls=40)])

    assert monday == NOON.subtract(hours=12)
    assert [len(day) for day in week] == [24] * 7
    assert [hour.kind for hour in week[3]] == ["shut"] * 8 + ["open"] * 4 + ["part"] + ["shut"] * 11
    assert week[0][11] == Hour(0, 11, "open", 3, 1, 1)
    assert week[0][12] == Hour(0, 12, "part", 40, 0, 4)
    assert week[1][11] == Hour(1, 11, "open", 0, 0, 0)


def test_the_last_day_has_an_hour_without_calls_too() -> None:
    ends = NOON.in_timezone(zone_named(HANOI)).add(hours=1)

    told = last_day([a_row(hours_ago=0, calls=5, answered=2)], ends=ends, names=("a", "b"))

    assert told == {
        "names": ["a", "b"],
        "zone": HANOI,
        "values": [
            [NOON.int_timestamp - 3600 * before for before in range(23, -1, -1)],
            [0] * 23 + [5],
            [0] * 23 + [2],
        ],
    }
