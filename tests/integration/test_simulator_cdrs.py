"""The simulated switch's CDRs: in the recorded form, repeated, and left in a folder when nobody takes them."""

import asyncio
import json
from asyncio import StreamReader, StreamWriter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from worker.simulator.cdr import cdr_of
from worker.simulator.cdr_post import CdrOptions, CdrPoster
from worker.simulator.channel import Channel
from worker.simulator.json_cdr_conf import read_json_cdr_conf
from worker.simulator.model import FarEnd, Fate
from worker.simulator.originate import parse_dial

ROOT = Path(__file__).parents[2]
PAYLOADS = ROOT / "tests" / "payloads"
CALL = "63f138fe-ffe5-4821-8d13-2a2f552046ad"


def a_channel(far_end: FarEnd, *, answered: int = 0) -> Channel:
    dial = parse_dial(f"{{origination_uuid={CALL},callbeat_lead=7,callbeat_dial=1}}sofia/gateway/g1/0912345099 &park()")
    channel = Channel(
        id=CALL, job="", dial=dial, arguments="", caller_id="0287300000", fate=Fate(far_end, 0.1), created=1_000_000
    )
    channel.progress, channel.answered, channel.ended = 1_100_000, answered, 4_000_000
    channel.cause, channel.by_far_end = far_end.value.cause, True
    return channel


def recorded(name: str) -> tuple[list[str], Any]:
    head, _, body = (PAYLOADS / f"cdr-{name}.http").read_bytes().partition(b"\r\n\r\n")
    return head.decode().split("\r\n"), json.loads(body)


@pytest.mark.parametrize(
    ("name", "far_end", "answered"), [("answered-dtmf-1-2", FarEnd.ANSWERED, 2_000_000), ("busy-486", FarEnd.BUSY, 0)]
)
def test_a_cdr_has_the_form_of_the_recorded_one(name: str, far_end: FarEnd, answered: int) -> None:
    _, theirs = recorded(name)

    ours = json.loads(cdr_of(a_channel(far_end, answered=answered), core_id="c"))

    assert set(ours) <= set(theirs)
    assert {type(value) for value in ours["variables"].values()} == {str}
    own = {variable for variable in ours["variables"] if not variable.startswith("callbeat_")}
    assert own - set(theirs["variables"]) == set()
    assert set(ours["callflow"][0]["times"]) == set(theirs["callflow"][0]["times"])
    assert ours["variables"]["hangup_cause"] == theirs["variables"]["hangup_cause"]
    assert ours["variables"]["sip_hangup_disposition"] == theirs["variables"]["sip_hangup_disposition"]


def test_values_are_percent_encoded_as_recorded() -> None:
    variables = json.loads(cdr_of(a_channel(FarEnd.BUSY), core_id="c"))["variables"]

    assert unquote(variables["start_stamp"]) == "1970-01-01 00:00:01"
    assert variables["proto_specific_hangup_cause"] == "sip%3A486"
    assert variables["channel_name"] == "sofia/external/0912345099"


class Receiver:
    """Answers each POST with the next of its statuses; 0 closes without an answer, None never answers."""

    def __init__(self, *statuses: int | None) -> None:
        self.statuses = list(statuses)
        self.heads: list[list[str]] = []
        self.bodies: list[bytes] = []
        self.is_done = asyncio.Event()

    async def answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
        length = next(int(line.split(": ")[1]) for line in head if line.startswith("Content-Length"))
        self.heads.append(head)
        self.bodies.append(await reader.readexactly(length))
        status = self.statuses.pop(0)
        if not self.statuses:
            self.is_done.set()
        if status is None:
            await reader.read()
        elif status:
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()


def posts(receiver: Receiver, *bodies: bytes, spool: Path, capacity: int = 10) -> Sequence[str]:
    """Post bodies with two retries; return the names of the files that were left."""

    async def run() -> None:
        server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        options = CdrOptions(
            url=f"http://127.0.0.1:{port}/v3/switch/cdr",
            cred="switch:s3cret",
            err_log_dir=spool,
            retries=2,
            delay_seconds=0.01,
            timeout_seconds=0.6,
            queue_capacity=capacity,
        )
        poster = CdrPoster(options)
        for number, body in enumerate(bodies):
            poster.put(f"call-{number}", body)
        task = asyncio.create_task(poster.run())
        async with asyncio.timeout(10):
            await receiver.is_done.wait()
        await asyncio.sleep(0.1)
        task.cancel()
        server.close()

    asyncio.run(run())
    return sorted(path.name for path in spool.glob("*")) if spool.exists() else []


def test_a_post_has_the_recorded_head(tmp_path: Path) -> None:
    receiver = Receiver(204)

    left = posts(receiver, b"{}", spool=tmp_path / "spool")

    theirs, _ = recorded("busy-486")
    (ours,) = receiver.heads
    assert [line.partition(":")[0] for line in ours[1:]] == [line.partition(":")[0] for line in theirs[1:]]
    assert ours[0] == "POST /v3/switch/cdr?uuid=call-0 HTTP/1.1"
    assert "Authorization: Basic c3dpdGNoOnMzY3JldA==" in ours
    assert (receiver.bodies, left) == ([b"{}"], [])


@pytest.mark.parametrize("failure", [500, 503, 302, 401, 0, None])
def test_anything_but_a_2xx_is_repeated_and_then_left_on_the_disk(tmp_path: Path, failure: int | None) -> None:
    receiver = Receiver(failure, failure, failure, 200)

    left = posts(receiver, b"first", b"second", spool=tmp_path)

    assert receiver.bodies == [b"first", b"first", b"first", b"second"]
    assert left == ["call-0.cdr.json"]
    assert (tmp_path / "call-0.cdr.json").read_bytes() == b"first"


def test_a_repeated_post_that_is_taken_leaves_nothing(tmp_path: Path) -> None:
    assert posts(Receiver(503, 200), b"first", spool=tmp_path) == []


def test_what_does_not_fit_into_the_queue_is_left_at_once(tmp_path: Path) -> None:
    assert posts(Receiver(200), b"first", b"second", spool=tmp_path, capacity=1) == ["call-1.cdr.json"]


def test_the_shipped_configuration_is_read(tmp_path: Path) -> None:
    shipped = ROOT / "deploy" / "freeswitch" / "json_cdr.conf.xml"

    options = read_json_cdr_conf(shipped)

    assert options.url.endswith("/v3/switch/cdr")
    assert (options.cred, options.retries, options.queue_capacity) == ("switch:SECRET", 8, 10_000)
    for text in ("no xml", "<configuration/>", '<x><param name="url" value="http://h/p?x=1"/></x>'):
        (tmp_path / "wrong.xml").write_text(text)
        with pytest.raises(ValueError, match=r"xml|url|cred"):
            read_json_cdr_conf(tmp_path / "wrong.xml")


@pytest.mark.parametrize("url", ["https://h/cdr", "http:///cdr", "http://h/cdr?a=b", "h:80/cdr"])
def test_an_address_to_which_freeswitch_could_not_append_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="question mark"):
        CdrOptions(url=url, cred="a:b")
