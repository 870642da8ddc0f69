"""The relay of CDRs does to a post what it is told, and notes what the API has taken."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults import second_source
from tests.faults.second_source import CdrRelay, CdrTrouble, Posted, left_in, relaying_cdrs
from tests.stack.addresses import LOOPBACK
from tests.stack.receiver import Receiver
from tests.stack.waiting import wait_until
from worker.simulator.cdr import cdr_of
from worker.simulator.cdr_post import CdrOptions, CdrPoster
from worker.simulator.channel import Channel
from worker.simulator.model import FarEnd, Fate
from worker.simulator.originate import parse_dial

CALL = "01a21425-daf9-747a-b864-2a4ed6283074"
MOMENT = 0.05


@pytest.fixture
def api() -> Iterator[Receiver]:
    """Take whatever is posted, as the API does."""
    with Receiver() as receiver:
        receiver.answer = "status/200"
        yield receiver


@pytest.fixture
def relay(api: Receiver) -> Iterator[CdrRelay]:
    with relaying_cdrs(host=LOOPBACK, api=(api.host, api.port)) as relay:
        yield relay


def a_cdr(*, answered: bool) -> bytes:
    """Return the CDR of a call's second dial."""
    dial = parse_dial(f"{{origination_uuid={CALL},callbeat_dial=2}}sofia/gateway/one/0981000001 &park()")
    channel = Channel(
        id=CALL,
        job="",
        dial=dial,
        arguments="",
        caller_id="",
        fate=Fate(FarEnd.ANSWERED, 0.1),
        created=1_000_000,
        answered=2_000_000 if answered else 0,
        ended=3_000_000,
        cause="NORMAL_CLEARING" if answered else "USER_BUSY",
    )
    return cdr_of(channel, core_id="core")


def post(relay: CdrRelay, body: bytes, *, spool: Path, until: int, api: Receiver) -> None:
    """Let a switch post a CDR, at once again if it has to, until the API has had so many posts or it is given up."""
    url = f"http://{LOOPBACK}:{relay.port}/v3/switch/cdr"
    options = CdrOptions(url=url, cred="switch:secret", err_log_dir=spool, retries=1, delay_seconds=MOMENT)

    async def post_it() -> None:
        poster = CdrPoster(options)
        poster.put(CALL, body)
        posting = asyncio.create_task(poster.run())
        await asyncio.to_thread(wait_until, lambda: len(api.requests) >= until or bool(left_in(spool)), seconds=20)
        await asyncio.sleep(MOMENT)
        posting.cancel()

    asyncio.run(post_it())


@pytest.mark.parametrize("answered", [True, False])
def test_a_cdr_is_handed_on_as_it_is_and_noted(
    relay: CdrRelay, api: Receiver, tmp_path: Path, *, answered: bool
) -> None:
    body = a_cdr(answered=answered)

    post(relay, body, spool=tmp_path, until=1, api=api)

    (request,) = api.requests
    assert (request.body, request.path) == (body, "v3/switch/cdr")
    assert request.line.split()[1].endswith(f"?uuid={CALL}")
    assert request.header("authorization").startswith("Basic ")
    expected = Posted(at=0, call=CALL, dial=2, cause="NORMAL_CLEARING" if answered else "USER_BUSY", answered=answered)
    assert [replace(one, at=0) for one in relay.posted] == [expected]


def test_a_cdr_that_the_api_does_not_take_is_not_noted_and_stays_on_the_switchs_disk(
    relay: CdrRelay, api: Receiver, tmp_path: Path
) -> None:
    api.answer = "status/503"

    post(relay, a_cdr(answered=True), spool=tmp_path, until=9, api=api)

    assert len(api.requests) == 2
    assert relay.posted == []
    assert list(left_in(tmp_path).values()) == [a_cdr(answered=True)]


def test_while_the_second_source_is_away_nothing_arrives(relay: CdrRelay, api: Receiver, tmp_path: Path) -> None:
    relay.trouble = CdrTrouble.AWAY

    post(relay, a_cdr(answered=True), spool=tmp_path, until=1, api=api)

    assert api.requests == []
    assert left_in(tmp_path)


def test_a_doubled_cdr_arrives_twice_and_once_more_when_the_answer_is_lost(
    relay: CdrRelay, api: Receiver, tmp_path: Path
) -> None:
    relay.trouble = CdrTrouble.DOUBLED

    post(relay, a_cdr(answered=True), spool=tmp_path, until=2, api=api)
    first = len(api.requests)
    post(relay, a_cdr(answered=True), spool=tmp_path, until=6, api=api)

    assert (first, len(api.requests)) == (2, 6)
    assert relay.doubled == 3


def test_a_late_cdr_arrives(relay: CdrRelay, api: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_source, "LATE_SECONDS", 0.2)
    relay.trouble = CdrTrouble.LATE

    post(relay, a_cdr(answered=True), spool=tmp_path, until=1, api=api)

    assert len(relay.posted) == 1
