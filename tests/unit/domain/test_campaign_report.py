"""A campaign's report: its intervals, its charts, and where their parts stand."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import HANOI, NOON
from tests.builders.campaign_report import a_report
from worker.domain.campaign_report.charts import Chart, Kind, Series, charts_of_report, facts_of_report
from worker.domain.campaign_report.drawing import FULL, HALF, Arc, Box, Words, draw, fitted, step_of
from worker.domain.campaign_report.paper import HEIGHT, pages_of_report
from worker.domain.campaign_report.report import MOST_PARTS, interval_of
from worker.domain.campaign_report.saying import Saying
from worker.domain.campaign_report.words import REPORT_WORDS
from worker.domain.language import Language
from worker.domain.report import Interval, parts_of

SAY = Saying(Language.ENGLISH, HANOI)
VIETNAM = Saying(Language.VIETNAMESE, HANOI)


@pytest.mark.parametrize(
    ("days", "interval"),
    [
        (1, "hour"),
        (3, "hour"),
        (4, "day"),
        (MOST_PARTS, "day"),
        (MOST_PARTS + 1, "week"),
        (651, "week"),
        (652, "month"),
    ],
)
def test_the_shortest_interval_is_shown_that_a_page_has_room_for(days: int, interval: str) -> None:
    assert interval_of(NOON, NOON.add(days=days)) is Interval(interval)


@given(days=st.integers(1, 2_700))
def test_no_period_has_more_parts_than_a_page_has_room_for(days: int) -> None:
    start = NOON.in_timezone(HANOI).start_of("day")
    end = start.add(days=days)

    assert 0 < len(parts_of(start, end, interval=interval_of(start, end), zone=HANOI)) <= MOST_PARTS + 1


def test_each_text_exists_in_both_languages_with_the_same_facts() -> None:
    for key, (english, vietnamese) in REPORT_WORDS.items():
        assert english, key
        assert re.findall(r"{\w+}", english) == re.findall(r"{\w+}", vietnamese), key


def test_the_charts_are_the_monitors_and_agree_with_the_totals() -> None:
    charts = {chart.key: chart for chart in charts_of_report(a_report(), say=SAY)}

    assert [*charts] == ["outcomes", "connection", "talk_times", "keys", "networks", "remaining", "day"]
    assert {charts[key].total for key in ("outcomes", "connection", "keys", "networks", "day")} == {3_000}
    assert dict(zip(charts["connection"].labels, charts["connection"].totals, strict=True)) == {
        "Answered": 2_000,
        "Not answered": 1_000,
    }
    assert charts["keys"].labels == ["no key", "1"]


def test_facts_are_said_in_the_readers_language() -> None:
    said, vietnamese = facts_of_report(a_report(), say=SAY), facts_of_report(a_report(), say=VIETNAM)

    assert said[:4] == [("Calls", "3,000"), ("Answered", "2,000"), ("Answer rate", "67 %"), ("Talk time", "1:02:05")]
    assert vietnamese[0] == ("Cuộc gọi", "3.000")
    assert facts_of_report(a_report(calls=0), say=SAY)[2] == ("Answer rate", "-")


@given(
    kind=st.sampled_from(Kind),
    values=st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=2, max_size=2),
    labels=st.lists(st.sampled_from(["", "Viettel", "x" * 80]), min_size=2, max_size=2),
)
def test_every_part_of_a_chart_stands_inside_it(kind: Kind, values: list[tuple[int, int]], labels: list[str]) -> None:
    chart = Chart("any", "any", kind, labels, [Series("a", [one for one, _ in values])])
    drawing = draw(chart, width=HALF, say=SAY)

    for shape in drawing.shapes:
        match shape:
            case Box():
                assert 0 <= shape.x <= shape.x + shape.width <= drawing.width + 0.01
                assert -0.5 <= shape.y <= shape.y + shape.height <= drawing.height + 0.5
            case Arc():
                assert shape.x + shape.radius <= drawing.width
                assert shape.y + shape.radius <= drawing.height
            case Words():
                assert 0 <= shape.x <= drawing.width
                assert 0 <= shape.y <= drawing.height


def test_a_chart_without_calls_says_so() -> None:
    chart = Chart("any", "any", Kind.RING, ["a", "b"], [Series("a", [0, 0])])

    assert [shape.text for shape in draw(chart, width=HALF, say=SAY).shapes if isinstance(shape, Words)] == [
        "No call in this period."
    ]


@given(largest=st.integers(1, 10**9))
def test_an_axis_has_few_lines(largest: int) -> None:
    step = step_of(largest)

    assert 1 <= -(-largest // step) <= 4
    assert str(step).rstrip("0") in {"1", "2", "5"}


def test_a_text_that_is_too_long_ends_with_an_ellipsis() -> None:
    assert fitted("Viettel", width=80) == "Viettel"
    assert fitted("x" * 50, width=40).endswith("…")
    assert len(fitted("x" * 50, width=40)) < 12


def test_all_charts_are_on_the_first_page_and_nothing_is_printed_outside_the_margins() -> None:
    pages = pages_of_report(a_report(name="x" * 300, is_complete=False), say=VIETNAM)
    titles = {chart.title for chart in charts_of_report(a_report(), say=VIETNAM)}
    first = {shape.text for shape in pages[0] if isinstance(shape, Words)}
    shorter = {shape.text for shape in pages_of_report(a_report(), say=VIETNAM)[0] if isinstance(shape, Words)}

    assert titles <= shorter
    assert len(pages) == 2
    assert "Trang 1/2" in first
    for shape in (shape for page in pages for shape in page):
        assert 0 <= shape.x <= FULL
        assert 0 <= shape.y <= HEIGHT + 14
