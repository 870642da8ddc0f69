"""What the judge's table shows: how much each promise was held against, and how much broke it."""

from dataclasses import replace

from rich.console import Console

from tests.faults import stakes
from tests.faults.dials import dials
from tests.faults.evidence import Evidence, Listing
from tests.faults.judge import Promise, checks, judge, table
from tests.faults.planted import START, clean, edited, with_carrier, with_settings
from tests.faults.promises import Tolerance


def shown(evidence: Evidence) -> str:
    """Print the table."""
    console = Console(width=120)
    with console.capture() as text:
        console.print(table(judge(evidence), evidence))
    return text.get()


def row(evidence: Evidence, promise: Promise) -> list[str]:
    """Give the figures of a promise's row."""
    line = next(line for line in shown(evidence).splitlines() if promise.value in line)
    return [cell.strip() for cell in line.split("│")[2:4]]


def test_the_table_shows_how_often_a_promise_was_held_and_how_often_it_was_broken() -> None:
    evidence = with_carrier(clean(), "one", concurrent_call=2)

    assert row(evidence, Promise.CARRIER_LIMIT) == ["5", "1"]
    assert row(evidence, Promise.LEAD_ENDS) == ["4", "0"]


def test_every_promise_is_in_the_table() -> None:
    text = shown(clean())

    assert all(promise.value in text for promise in Promise)


def test_a_promise_is_held_only_against_what_could_have_broken_it() -> None:
    restricted = with_settings(clean(), "A", local_end_time="20:00:00", network={"viettel": 3})
    listing = Listing(tenant="T", phone="0981000009", answered_at=START)

    plain, held = checks(clean()), checks(replace(restricted, listings=(listing,)))

    assert plain[Promise.NETWORK_LIMIT] == 1
    assert (plain[Promise.WINDOW], plain[Promise.DO_NOT_CALL]) == (0, 0)
    assert (held[Promise.NETWORK_LIMIT], held[Promise.WINDOW], held[Promise.DO_NOT_CALL]) == (5, 4, 1)
    assert held[Promise.CALLS_PER_SECOND] == held[Promise.TENANT_LIMIT] == 5
    assert checks(with_carrier(clean(), "one", calls_per_second=0))[Promise.CALLS_PER_SECOND] == 1
    uncapped = edited(clean(), "T", asked=-50, answered=-49, concurrent_call=None)
    assert checks(uncapped)[Promise.TENANT_LIMIT] == 0


def test_the_table_tells_how_hard_windows_and_do_not_call_were_tried() -> None:
    told = clean()
    edge = with_settings(told, "A", local_end_time="12:00:07")
    listing = Listing(tenant="T", phone="0981000001", answered_at=START + 10, lifted_at=START + 15)

    tried = stakes.tried(replace(edge, listings=(listing,)), dials(edge, tolerance=Tolerance()))

    assert tried["dials less than 5 s from the edge of a window"] == "2"
    assert tried["numbers put on do-not-call"] == tried["numbers taken off do-not-call"] == "1"
    assert tried["dials of numbers before they were put on it"] == "1"
    assert tried["dials of numbers after they were taken off it"] == "1"
    assert all(what in shown(told) for what in tried)


def test_nothing_is_checked_in_an_empty_run() -> None:
    assert not any(checks(Evidence(over_at=START)).values())
