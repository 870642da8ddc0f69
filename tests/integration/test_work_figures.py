"""What a worker or listener tells Prometheus of its work, over a real port."""

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from worker.domain.errors import Unavailable
from worker.jobs.figures import WorkFigures


def told(port: int) -> dict[tuple[str, str], float]:
    """Return what is told: counts by the name of the series and of the work."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    return {
        (one.name, one.labels["work"]): one.value for one in samples if "work" in one.labels and "le" not in one.labels
    }


def test_each_piece_of_work_is_counted_by_its_name() -> None:
    figures = WorkFigures()
    with figures.measured("before"):
        pass
    port = figures.serve(host="127.0.0.1", port=0)

    with figures.measured("plan"):
        pass
    with figures.measured("plan"):
        pass
    with pytest.raises(Unavailable), figures.measured("place"):
        raise Unavailable("away")

    counts = told(port)
    assert counts["callbeat_work_seconds_count", "plan"] == 2
    assert counts["callbeat_work_seconds_sum", "plan"] < 1
    assert counts["callbeat_work_put_off_total", "place"] == 1
    assert ("callbeat_work_seconds_count", "before") not in counts


def test_a_port_that_is_taken_is_an_error() -> None:
    port = WorkFigures().serve(host="127.0.0.1", port=0)

    with pytest.raises(OSError, match="in use"):
        WorkFigures().serve(host="127.0.0.1", port=port)
