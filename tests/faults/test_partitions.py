"""Hosts are cut off from each other in mid-campaign, for longer than anybody waits, and every promise is kept."""

from collections.abc import Iterator

import pytest

from tests.faults.driver import Run, run
from tests.faults.hosts import Hosts, NotToBeHad, hosts
from tests.faults.judge import judge
from tests.faults.promises import Tolerance
from tests.faults.report import too_long
from tests.faults.schedule import CUT_OFF, one_round

SEED = 1
RESUMES_WITHIN = 20.0
SILENT_WITHIN = 5.0
PATIENT = Tolerance(standstill=RESUMES_WITHIN, silence=SILENT_WITHIN, prompt=RESUMES_WITHIN)
"""A busy machine may have no time for callbacks for some seconds."""
TAKES_OVER_WITHIN = 30.0

pytestmark = [pytest.mark.slow(seconds=60), pytest.mark.xdist_group("worlds")]  # a world takes a core: no two at once


@pytest.fixture(scope="module")
def several_hosts() -> Iterator[Hosts]:
    try:
        with hosts() as made:
            yield made
    except NotToBeHad as why:
        pytest.skip(str(why))


@pytest.fixture(scope="module")
def cut_off(
    several_hosts: Hosts, postgres_server: str, redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Run:
    """Run once for all; the servers that it stands on are its own, but come from the same wheels."""
    assert postgres_server
    assert redis_server
    home = tmp_path_factory.mktemp("partitions")
    return run(one_round([CUT_OFF], seed=SEED), home=home, seed=SEED, hosts=several_hosts)


def test_no_promise_was_broken(cut_off: Run) -> None:
    assert judge(cut_off.evidence, tolerance=PATIENT) == []


def test_it_came_to_rest(cut_off: Run) -> None:
    assert cut_off.is_at_rest


def test_it_went_on_after_each_cut(cut_off: Run) -> None:
    assert too_long(cut_off, resumes=RESUMES_WITHIN, takes_over=TAKES_OVER_WITHIN) == []
