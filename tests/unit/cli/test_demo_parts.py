"""The demonstration's own pieces: its numbers, its receiver, and what it calls a success."""

import io
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from rich.console import Console
from standardwebhooks.webhooks import Webhook

from tests.builders import NOON, SHIPPED_PLAN
from tests.fakes.engines import some_names
from worker.cli.demo.heard import sample_of, words_of
from worker.cli.demo.numbers import phone_numbers
from worker.cli.demo.operator import seed_body, template_body
from worker.cli.demo.people import people
from worker.cli.demo.receiver import Signed
from worker.cli.demo.summary import Summary, first_dial_after
from worker.cli.demo.watch import Sight, line, screen
from worker.domain.network import Network, national_form
from worker.simulator.log import Line

SECRET = "whsec_Y2FsbGJlYXQtdW5pdC10ZXN0LWtleS0wMDAwMDA="


def test_the_numbers_are_valid_different_and_over_all_networks() -> None:
    numbers = phone_numbers(500)

    assert len(set(numbers)) == 500
    assert {SHIPPED_PLAN.network_of(number, on=NOON.date()) for number in numbers} == set(Network)
    assert [national_form(number) for number in numbers] == numbers


def test_the_numbers_are_the_same_each_time() -> None:
    assert phone_numbers(50) == phone_numbers(50)


def test_the_seeds_body_is_the_documents_own() -> None:
    body = seed_body()

    assert body["campaign_uuid"] == "c2da23c0-9739-4287-828a-7b15cf0fb19e"
    assert len(body) == 33


def a_signed_cdr(*, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    body = orjson.dumps({"call_id": "1", "status": "answered"})
    now = datetime.now(UTC)
    signature = Webhook(secret).sign("msg", now, body.decode())
    stamp = str(int(now.timestamp()))
    return body, {"Webhook-Id": "msg", "Webhook-Timestamp": stamp, "Webhook-Signature": signature}


def test_a_signed_cdr_is_taken_once_however_often_it_comes() -> None:
    taken = Signed(SECRET)

    statuses = [taken.take(*a_signed_cdr()) for _ in range(2)]

    assert statuses == [204, 204]
    assert list(taken.cdrs) == ["1"]


def test_a_cdr_with_another_signature_is_turned_away() -> None:
    taken = Signed(SECRET)

    status = taken.take(*a_signed_cdr(secret="whsec_b3RoZXI="))

    assert (status, taken.refused, taken.cdrs) == (401, 1, {})


def a_summary(**changes: Any) -> Summary:
    facts: dict[str, Any] = {
        "leads": 2,
        "leads_done": 2,
        "outcomes": Counter(answered=2),
        "recalls": 0,
        "calls": 2,
        "cdrs_received": 2,
        "cdrs_refused": 0,
        "peak": 1,
        "limit": 1,
        "first_dial_ms": 80,
        "seconds": 20.0,
        "keys": Counter({"1": 1}),
        "sample": "Xin chào",
    }
    return Summary(**{**facts, **changes})


def test_all_is_well_when_leads_are_done_cdrs_arrived_and_the_limit_held() -> None:
    assert a_summary().is_well


@pytest.mark.parametrize(
    "changes",
    [{"leads_done": 1}, {"cdrs_received": 1}, {"cdrs_refused": 1}, {"peak": 2}, {"sample": ""}],
    ids=lambda c: next(iter(c)),
)
def test_anything_less_is_not_well(changes: dict[str, Any]) -> None:
    assert not a_summary(**changes).is_well


def test_a_demonstration_that_nobody_answered_has_said_nothing() -> None:
    assert a_summary(outcomes=Counter(busy=2), sample="").is_well


def test_the_sample_is_what_the_switch_played_in_words() -> None:
    callee, names, template = people(1)[0], some_names(), template_body("t")
    words = words_of(callee, template=template, names=names)
    played = {text: name for name, text in words.items()}
    call = {"call": "1", "number": callee.phone}
    lines = [
        {**call, "event": "connected"},
        *({**call, "event": "sound", "sound": played[text]} for text in ("Xin chào", callee.name)),
        {**call, "event": "key", "key": "1"},
        {"call": "2", "number": "0999999999", "event": "connected"},
    ]

    assert sample_of(lines, callees=[callee], words=lambda _: words) == f"Xin chào {callee.name} [key 1]"
    assert sample_of(lines[:1], callees=[callee], words=lambda _: words) == ""


def test_the_first_dial_is_counted_from_the_start() -> None:
    log = [Line(event="originated", at=99.0), Line(event="progress", at=100.1), Line(event="originated", at=100.25)]

    assert first_dial_after(100.0, log) == 250
    assert first_dial_after(101.0, log) is None


def test_a_campaign_is_over_when_nothing_waits_nothing_is_up_and_every_cdr_is_here() -> None:
    over = Sight(seconds=9, limit=5, leads=3, called=4, outcomes=Counter(answered=3, busy=1))

    assert over.is_over
    assert not Sight(seconds=9, limit=5, leads=3, called=4, outcomes=Counter(answered=3)).is_over
    assert not Sight(seconds=9, limit=5, leads=3, up=1, called=4, outcomes=over.outcomes).is_over
    assert not Sight(seconds=9, limit=5, leads=3, remain=1, called=4, outcomes=over.outcomes).is_over


def test_a_plain_line_tells_how_far_it_is() -> None:
    sight = Sight(seconds=2.5, limit=5, leads=10, remain=4, up=2, called=7, outcomes=Counter(busy=5))

    assert line(sight) == "  2.5 s  leads done 4/10  calls up 2/5  calls 7  CDRs received 5"


HALF_WAY = Sight(seconds=2.5, limit=5, leads=10, remain=4, up=2, called=7, outcomes=Counter(answered=3, busy=2))


def shown(*, is_terminal: bool) -> str:
    file = io.StringIO()
    with screen(Console(file=file, force_terminal=is_terminal, width=80, legacy_windows=False)) as show:
        show(HALF_WAY)
        return file.getvalue()


def test_a_terminal_gets_a_table_with_a_bar_for_each_figure() -> None:
    lines = [line for line in shown(is_terminal=True).splitlines() if "━" in line or "╺" in line]
    rows = {
        name: line
        for line in lines
        for name in ("leads done", "calls up", "CDRs received", "answered", "busy")
        if name in line
    }

    assert list(rows) == ["leads done", "calls up", "CDRs received", "answered", "busy"]
    assert "4 of 10" in rows["leads done"]
    assert "2 of 5" in rows["calls up"]
    assert "5 of 7" in rows["CDRs received"]


def test_a_pipe_gets_the_plain_line_alone() -> None:
    assert shown(is_terminal=False) == "  2.5 s  leads done 4/10  calls up 2/5  calls 7  CDRs received 5\n"
