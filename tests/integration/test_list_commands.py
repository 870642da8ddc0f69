"""`callbeat list …`: lists that an operator creates, fills and reads."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import CAMPAIGN, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.integration.commands import columns, ended, only_home_set, run
from worker.cli.bootstrap import bring_up_to_date
from worker.ports.paging import Slice
from worker.ports.records.audit import AuditFilter
from worker.store.transaction import SqlStore
from worker.wiring import settings, store


@pytest.fixture(autouse=True)
def filled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SqlStore]:
    """Start with one campaign, which has a list."""
    with only_home_set(monkeypatch, tmp_path / "home"):
        bring_up_to_date(settings())
        filled = store()
        fill_store(filled, stored_settings(campaign_name="Nhắc nợ"))
        yield filled


def test_a_list_is_created_and_listed(filled: SqlStore) -> None:
    (made,) = json.loads(run("list", "create", " Tháng 12 ", "--campaign", "Nhắc nợ", "--json")[1])
    add_leads(filled, viettel(2))

    rows = columns(run("list", "list", "--campaign", str(CAMPAIGN))[1])
    assert rows[0] == ["Tháng 12", "Nhắc nợ", "yes", "0", made["list_uuid"]]
    assert [row[3] for row in rows] == ["0", "2"]
    assert json.loads(run("list", "list", "--json")[1])[0]["list_name"] == "Tháng 12"
    with filled.reading() as tx:
        (entry,) = tx.audit.page(TENANT, Slice(10), wanted=AuditFilter(), with_installation=False).rows
    assert (entry.action, entry.subject_id) == ("callbeat list create", made["list_uuid"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("create", "list 0", "--campaign", "Nhắc nợ"), 4),
        (("create", "x", "--campaign", "nothing"), 3),
        (("create", " ", "--campaign", "Nhắc nợ"), 2),
        (("list", "--campaign", "nothing"), 3),
        (("list", "--tenant", "nobody"), 3),
    ],
)
def test_what_cannot_be_done_has_its_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int
) -> None:
    assert ended(capsys, monkeypatch, "list", *words)[0] == code
