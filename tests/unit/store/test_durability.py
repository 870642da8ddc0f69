"""Which settings of PostgreSQL may lose a commit."""

import pytest

from worker.store.base.durability import durability_risks, risks_of
from worker.store.base.engine import make_engine

SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "synchronous_standby_names": ""}
REPLICATED = {**SAFE, "synchronous_standby_names": "ANY 1 (a, b)"}


@pytest.mark.parametrize(
    ("settings", "standbys", "named"),
    [
        (SAFE, 0, []),
        (REPLICATED, 2, []),
        (REPLICATED, 0, []),
        (REPLICATED | {"synchronous_commit": "remote_apply"}, 2, []),
        (SAFE | {"synchronous_commit": "local"}, 0, []),
        (SAFE | {"fsync": "off"}, 0, ["fsync is off"]),
        (SAFE | {"full_page_writes": "off"}, 0, ["full_page_writes is off"]),
        (SAFE | {"synchronous_commit": "off"}, 0, ["synchronous_commit is off"]),
        (SAFE, 1, ["synchronous_standby_names is empty"]),
        (REPLICATED | {"synchronous_commit": "local"}, 2, ["synchronous_commit is local"]),
        (REPLICATED | {"synchronous_commit": "remote_write"}, 2, []),
        (
            SAFE | {"fsync": "off", "synchronous_commit": "off"},
            1,
            ["fsync", "synchronous_commit", "synchronous_standby"],
        ),
    ],
)
def test_each_setting_that_may_lose_a_commit_is_named(
    settings: dict[str, str], standbys: int, named: list[str]
) -> None:
    risks = risks_of(settings, standbys=standbys)

    assert len(risks) == len(named)
    assert all(risk.startswith(name) for risk, name in zip(risks, named, strict=True))


def test_sqlite_has_no_setting_to_name() -> None:
    engine = make_engine("sqlite://")

    assert durability_risks(engine) == []
    engine.dispose()
