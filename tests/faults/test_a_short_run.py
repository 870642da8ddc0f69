"""A campaign goes through one fault of each kind, and keeps every promise.

The long run, `python -m tests.faults`, holds recovery to its 5 and 10 seconds; here a busy machine is given more.
"""

import pytest

from tests.faults.driver import Run, run
from tests.faults.faults import CUTS
from tests.faults.judge import judge
from tests.faults.promises import Tolerance
from tests.faults.report import too_long
from tests.faults.schedule import EACH_KIND_LANES, one_round

SEED = 3
RESUMES_WITHIN = 30.0
SILENT_WITHIN = 5.0
PATIENT = Tolerance(standstill=RESUMES_WITHIN, silence=SILENT_WITHIN, prompt=RESUMES_WITHIN)
"""A busy machine may have no time for callbacks for some seconds."""
TAKES_OVER_WITHIN = 30.0

pytestmark = [pytest.mark.slow(seconds=45), pytest.mark.xdist_group("worlds")]  # a world takes a core: no two at once


@pytest.fixture(scope="module")
def short_run(postgres_server: str, redis_server: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run once for all; the servers that it stands on are its own, but come from the same wheels."""
    assert postgres_server
    assert redis_server
    planned = one_round(EACH_KIND_LANES, seed=SEED)
    return run(planned, home=tmp_path_factory.mktemp("faults"), seed=SEED)


def test_every_fault_took_place(short_run: Run) -> None:
    happened = [one.fault for one in short_run.faults]

    assert sorted(happened, key=str) == sorted((fault for lane in EACH_KIND_LANES for fault in lane.faults), key=str)
    assert short_run.cuts == len(CUTS)
    assert short_run.copies > 0
    assert short_run.doubled_cdrs > 0
    assert short_run.too_many > 0


def test_no_promise_was_broken(short_run: Run) -> None:
    assert judge(short_run.evidence, tolerance=PATIENT) == []


def test_it_came_to_rest(short_run: Run) -> None:
    assert short_run.is_at_rest


def test_it_went_on_after_each_fault(short_run: Run) -> None:
    assert too_long(short_run, resumes=RESUMES_WITHIN, takes_over=TAKES_OVER_WITHIN) == []
