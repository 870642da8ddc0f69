"""`callbeat tenant set --keep NAME=DAYS`: what is typed, and what it means."""

import pytest
import typer

from worker.cli.tenants import retention_of
from worker.domain.retention import Kept


def test_days_and_no_end_are_read() -> None:
    assert retention_of(["leads=90", "cdrs=any"]) == {Kept.LEADS: 90, Kept.CDRS: None}


@pytest.mark.parametrize("given", ["leads", "leads=", "leads=6", "leads=3651", "leads=-7", "calls=90", "=90"])
def test_a_wrong_text_is_refused(given: str) -> None:
    with pytest.raises(typer.BadParameter, match="expected"):
        retention_of([given])
