"""`callbeat campaign …`: what an operator types, and reads."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from tests.builders import CAMPAIGN, NOON, TENANT, fill_store, list_of, stored_settings
from tests.integration.commands import columns, ended, only_home_set, run
from worker.cli.bootstrap import bring_up_to_date
from worker.cli.campaign_picture import picture
from worker.domain.campaign import Status
from worker.ports.paging import Slice
from worker.ports.records.audit import AuditFilter
from worker.store.transaction import SqlStore
from worker.usecases.records.find_by_name import find_list
from worker.usecases.records.keep_api_keys import tenant_named
from worker.usecases.records.look_at_campaign import look_at_campaign
from worker.wiring import settings, store

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def filled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SqlStore]:
    """Start with one campaign, which is started; the broker is away."""
    with only_home_set(monkeypatch, tmp_path / "home"):
        monkeypatch.setenv("CALLBEAT_REDIS_URL", NOBODY_LISTENS)
        bring_up_to_date(settings())
        filled = store()
        fill_store(filled, stored_settings(campaign_name="Nhắc nợ"))
        yield filled


def test_campaigns_are_listed_by_status() -> None:
    rows = columns(run("campaign", "list")[1])

    assert rows == [["Nhắc nợ", "start", "yes", "5", "main", "t", str(CAMPAIGN)]]
    assert columns(run("campaign", "list", "--status", "stop")[1]) == []
    assert [one["carrier_name"] for one in json.loads(run("campaign", "list", "--json")[1])] == ["main"]


@pytest.mark.parametrize("reference", [str(CAMPAIGN), "Nhắc nợ", " Nhă\u0301c nợ "])
def test_a_campaign_is_found_by_id_and_by_its_name_in_any_form(reference: str) -> None:
    found = json.loads(run("campaign", "show", reference, "--json")[1])

    assert (found["campaign_uuid"], found["concurrent_call"], found["total_lead"]) == (str(CAMPAIGN), 5, 0)
    assert re.search(r"^concurrent_call +5$", run("campaign", "show", reference)[1], re.MULTILINE)


def test_a_list_is_found_by_id_and_by_its_name(filled: SqlStore) -> None:
    owner = tenant_named(filled, "default")

    found = [find_list(filled, tenant=owner, reference=one).id for one in ("list 0", str(list_of(CAMPAIGN)))]

    assert found == [list_of(CAMPAIGN)] * 2


def test_a_campaign_is_stopped_while_the_broker_is_away_and_the_trail_says_by_whom(filled: SqlStore) -> None:
    code, output = run("campaign", "stop", "Nhắc nợ")

    assert (code, columns(output)) == (0, [["Nhắc nợ", "stop", "yes", "-"]])
    with filled.reading() as tx:
        (entry,) = tx.audit.page(TENANT, Slice(10), wanted=AuditFilter(), with_installation=False).rows
    assert (entry.actor, entry.subject_id) == ("command line", str(CAMPAIGN))
    assert entry.action.endswith("campaign stop")
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["status"], entry.after["status"]) == ("start", "stop")


def test_a_start_needs_the_broker(
    filled: SqlStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("campaign", "stop", "Nhắc nợ")

    assert ended(capsys, monkeypatch, "campaign", "start", "Nhắc nợ")[0] == 5
    with filled.reading() as tx:
        assert tx.campaigns.get(TENANT, CAMPAIGN).status is Status.STOP


def test_what_a_campaign_lacks_is_a_conflict(
    filled: SqlStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.transaction() as tx:
        tx.campaigns.save(stored_settings(campaign_name="Nhắc nợ", status=Status.STOP, template_uuid=None))

    code, _, err = ended(capsys, monkeypatch, "campaign", "pause", "Nhắc nợ")

    assert (code, err) == (4, "callbeat: template_uuid is missing\n")


def test_why_tells_the_reasons_with_their_facts() -> None:
    found = json.loads(run("campaign", "why", "Nhắc nợ", "--json")[1])

    code, output = run("campaign", "why", "Nhắc nợ")

    assert code == 0
    assert not found["dialling"]
    for reason in found["reasons"]:
        assert re.search(rf"^{reason['code']}  .*{re.escape(reason['message'])}$", output, re.MULTILINE)


def test_a_pipe_gets_a_line_for_each_look_until_the_campaign_is_finished(
    filled: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move_on(_: object, seconds: float) -> None:
        assert seconds == 0.5
        with filled.transaction() as tx:
            tx.campaigns.save(stored_settings(campaign_name="Nhắc nợ", updated_at=NOON))

    with filled.transaction() as tx:
        tx.campaigns.save(stored_settings(campaign_name="Nhắc nợ", status=Status.STOP))
    monkeypatch.setattr("worker.cli.campaign_watch.Event.wait", move_on)

    code, output = run("campaign", "watch", "Nhắc nợ", "--every", "0.5", "--until-finished")
    stopped, started = output.splitlines()

    assert code == 0
    assert " status=stop dialling=no calls=0 queued=0 limit=5 leads=0 waiting=0 done=0 called=0 reasons=" in stopped
    assert " status=start " in started


def test_ctrl_c_ends_a_watch_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("worker.cli.campaign_watch.Event.wait", interrupt)

    code, output = run("campaign", "watch", "Nhắc nợ", "--json")

    assert code == 0
    assert json.loads(output)["campaign_uuid"] == str(CAMPAIGN)


def test_a_terminal_gets_a_picture_with_bars_and_reasons(filled: SqlStore) -> None:
    owner = tenant_named(filled, "default")
    sight = look_at_campaign(filled, tenant=owner, campaign_id=CAMPAIGN, now=NOON)
    terminal = Console(file=io.StringIO(), width=100)

    terminal.print(picture(sight, name="[red]\x1b[2J", zone=owner.timezone))

    shown = terminal.file.getvalue().splitlines()  # type: ignore[attr-defined]  # the text that was given to it
    assert shown[0] == "[red]\\x1b[2J: start, 2026-11-23T12:00:00+07:00"
    assert [(line.split()[:2], line.split()[-1]) for line in shown[1:3]] == [
        (["leads", "done"], "0/0"),
        (["calls", "up"], "0/5"),
    ]
    assert any(line.startswith("nothing_left: Nobody is left") for line in shown)
