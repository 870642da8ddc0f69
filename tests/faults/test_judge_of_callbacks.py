"""What the judge finds where callbacks to a good URL are late beside a broken URL of the same host."""

from dataclasses import replace

import pytest

from tests.faults.evidence import Evidence, Span
from tests.faults.judge import Promise, checks
from tests.faults.planted import START, broken, clean, with_rows
from tests.faults.prompt import delays

GOOD, BROKEN, ELSEWHERE = "http://crm/cdr", "http://crm/broken", "http://other/cdr"


def delivered(after: float, *, url: str = GOOD) -> Evidence:
    """Return the clean run, in which the CDR of b1-1 arrived so many seconds after it was written, others at once."""
    evidence = clean()
    rows = {id_: replace(row, url=url, created_at=START + 40) for id_, row in evidence.rows.deliveries.items()}
    taken = [replace(one, at=START + 40 + (after if one.call == "b1-1" else 0)) for one in evidence.received]
    return replace(with_rows(evidence, deliveries=rows), received=tuple(taken), broken_url=BROKEN)


@pytest.mark.parametrize(("after", "found"), [(0.9, []), (1.1, [Promise.PROMPT])])
def test_a_callback_that_took_more_than_a_second_is_found(after: float, found: list[Promise]) -> None:
    assert broken(delivered(after)) == found
    assert checks(delivered(after))[Promise.PROMPT] == 5


def test_the_first_arrival_counts() -> None:
    evidence = delivered(0.5)
    again = [replace(one, at=START + 90) for one in evidence.received]

    assert broken(replace(evidence, received=(*evidence.received, *again))) == []


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [(30, 39, [Promise.PROMPT]), (30, 40, []), (40.5, 50, []), (42, 50, [Promise.PROMPT])],
)
def test_what_another_fault_delayed_is_left_out(since: float, until: float, found: list[Promise]) -> None:
    hindered = (Span(START + since, START + until),)

    assert broken(replace(delivered(5), callbacks_hindered=hindered)) == found


@pytest.mark.parametrize("url", [ELSEWHERE, BROKEN, f"{BROKEN}?n=1"])
def test_other_hosts_and_broken_urls_are_not_judged(url: str) -> None:
    assert delays(delivered(5, url=url), within=1) == {}
