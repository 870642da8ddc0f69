"""Which URLs a callback reaches, tried as a stranger would: every trick that leads inside is refused, and says why."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network
from threading import Event

import pendulum
import pytest

from tests.builders.outbox import a_delivery
from tests.stack.receiver import Receiver
from worker.callbacks.address import Address
from worker.callbacks.connection import resolve_host
from worker.callbacks.sender import HttpSender
from worker.domain.retry import Answer

LOOPBACK = ip_network("127.0.0.0/8")
SECRET = "whsec_c2VjcmV0IG9mIHRoZSB0ZW5hbnQ="

NAMES = {
    "inside.example": "10.0.0.5",
    "metadata.google.internal": "169.254.169.254",
    "both.example": "8.8.8.8 192.168.1.1",
    "six.example": "::1",
    "mapped.example": "::ffff:10.0.0.1",
    "ours.example": "127.0.0.1",
    "zone.example": "fe80::1",
}

REFUSED = """
http://127.0.0.1/                        127.0.0.1 is loopback
http://127.1/                            127.0.0.1 is loopback
http://127.0.1/                          127.0.0.1 is loopback
http://2130706433/                       127.0.0.1 is loopback
http://0x7f000001/                       127.0.0.1 is loopback
http://0x7f.0x0.0x0.0x1/                 127.0.0.1 is loopback
http://0177.0.0.1/                       the URL cannot be read
http://017700000001/                     127.0.0.1 is loopback
http://127.0.0.1./                       could not be resolved
http://127.255.255.254/                  127.255.255.254 is loopback
http://127。0。0。1/                      127.0.0.1 is loopback
http://user@127.0.0.1/                   127.0.0.1 is loopback
http://cdr.example@127.0.0.1/            127.0.0.1 is loopback
http://cdr.example\\@127.0.0.1/           127.0.0.1 is loopback
http://localhost/                        is loopback
http://LOCALHOST/                        is loopback
http://0/                                0.0.0.0 is unspecified
http://0.0.0.0/                          0.0.0.0 is unspecified
http://10.1.2.3/                         10.1.2.3 is private
http://167838211/                        10.1.2.3 is private
http://172.16.0.1/                       172.16.0.1 is private
http://172.31.255.255/                   172.31.255.255 is private
http://192.168.0.1/                      192.168.0.1 is private
http://0xc0a80001/                       192.168.0.1 is private
http://100.64.0.1/                       100.64.0.1 is shared by a carrier's customers
http://100.100.100.200/                  100.100.100.200 is shared by a carrier's customers
http://169.254.169.254/latest/meta-data/ 169.254.169.254 is link-local
http://2852039166/                       169.254.169.254 is link-local
http://0xa9fea9fe/                       169.254.169.254 is link-local
http://169.254.170.2/v2/credentials      169.254.170.2 is link-local
http://168.63.129.16/                    168.63.129.16 is a cloud's metadata service
http://224.0.0.1/                        224.0.0.1 is multicast
http://239.255.255.250/                  239.255.255.250 is multicast
http://255.255.255.255/                  255.255.255.255 is reserved
http://240.0.0.1/                        240.0.0.1 is reserved
http://198.18.0.1/                       198.18.0.1 is for benchmarks
http://192.0.2.1/                        192.0.2.1 is for documentation
http://[::1]/                            ::1 is loopback
http://[0:0:0:0:0:0:0:1]/                ::1 is loopback
http://[::]/                             :: is unspecified
http://[::ffff:127.0.0.1]/               127.0.0.1 is loopback
http://[::ffff:7f00:1]/                  127.0.0.1 is loopback
http://[::127.0.0.1]/                    127.0.0.1 is loopback
http://[64:ff9b::7f00:1]/                127.0.0.1 is loopback
http://[64:ff9b::a9fe:a9fe]/             169.254.169.254 is link-local
http://[64:ff9b:1::a00:1]/               64:ff9b:1::a00:1 is not public
http://[2002:7f00:1::]/                  127.0.0.1 is loopback
http://[2002:a00:1::1]/                  10.0.0.1 is private
http://[2001:0:7f00:1::]/                2001:0:7f00:1:: is reserved
http://[fc00::1]/                        fc00::1 is private
http://[fd00:ec2::254]/                  fd00:ec2::254 is private
http://[fe80::1]/                        fe80::1 is link-local
http://[fe80::1%25lo]/                   no valid host
http://[ff02::1]/                        ff02::1 is multicast
http://[fec0::1]/                        fec0::1 is site-local
http://[2606:4700::5efe:10.0.0.1]/       10.0.0.1 is private
http://inside.example/                   10.0.0.5 is private
http://metadata.google.internal/         169.254.169.254 is link-local
http://both.example/                     192.168.1.1 is private
http://six.example/                      ::1 is loopback
http://mapped.example/                   10.0.0.1 is private
http://ours.example/                     127.0.0.1 is loopback
http://zone.example/                     fe80::1 is link-local
https://ours.example/                    127.0.0.1 is loopback
http://8.8.8.8:25/                       port 25 is not one that callbacks may go to
http://8.8.8.8:22/                       port 22 is not one that callbacks may go to
http://8.8.8.8:6379/                     port 6379 is not one that callbacks may go to
http://8.8.8.8:0/                        out of range
ftp://8.8.8.8/                           neither http nor https
file:///etc/passwd                       neither http nor https
gopher://127.0.0.1:6379/_FLUSHALL        neither http nor https
http://127.0.0.1%0d%0aX-Evil:1/          no valid host
"""

ALLOWED = """
127.0.0.1 127.1 2130706433 0x7f.1 017700000001 127。0。0。1 [::ffff:127.0.0.1] [::ffff:7f00:1] ours.example OURS.example
"""


def resolve(host: str, port: int) -> Sequence[Address]:
    """Know the names of the tables, and nothing that would have to be asked elsewhere."""
    if host in NAMES:
        return [ip_address(address) for address in NAMES[host].split()]
    if host.endswith("."):
        raise OSError("no such name")
    return resolve_host(host, port)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def post(sender: HttpSender, url: str) -> Answer:
    answer = sender.send(a_delivery(url=url), secrets=[SECRET], apikey="", now=pendulum.now("UTC"))
    sender.close()
    return answer


@pytest.mark.parametrize(("url", "reason"), [line.split(maxsplit=1) for line in REFUSED.strip().splitlines()])
def test_what_leads_inside_is_refused_and_the_log_says_why(
    caplog: pytest.LogCaptureFixture, url: str, reason: str
) -> None:
    sender = HttpSender(ports=(range(80, 81), range(443, 444)), resolve=resolve, timeout_seconds=2)

    answer = post(sender, url)

    assert answer.status is None
    reasons = [answer.error, *(str(vars(line)["why"]) for line in caplog.records if hasattr(line, "why"))]
    assert any(reason in one for one in reasons)
    assert answer.error.startswith(("refused: ", "the host name could not be resolved"))


def test_a_tenant_does_not_learn_an_inner_address(caplog: pytest.LogCaptureFixture) -> None:
    answer = post(HttpSender(resolve=resolve, timeout_seconds=2), "http://inside.example/")

    assert answer == Answer(None, "refused: not a public address")
    (line,) = [record for record in caplog.records if getattr(record, "action", "") == "callback_address_refused"]
    assert (vars(line)["host"], vars(line)["why"]) == ("inside.example", "10.0.0.5 is private")


def test_a_receiver_without_tls_gets_nothing_where_only_https_is_permitted(receiver: Receiver) -> None:
    sender = HttpSender(allow=[LOOPBACK], https_only=True)

    answer = post(sender, f"http://127.0.0.1:{receiver.port}/status/200")

    assert answer == Answer(None, "refused: callbacks go to https only", host_is_there=True)
    assert receiver.connections == 0


@pytest.mark.parametrize("host", ALLOWED.split())
def test_what_the_operator_allows_is_reached_in_every_spelling(receiver: Receiver, host: str) -> None:
    sender = HttpSender(allow=[LOOPBACK], resolve=resolve)

    answer = post(sender, f"http://{host}:{receiver.port}/status/200")

    assert answer == Answer(200)


def test_what_is_allowed_opens_nothing_beside_it() -> None:
    sender = HttpSender(allow=[ip_network("10.0.0.0/16")], resolve=resolve, timeout_seconds=2)

    assert post(sender, "http://both.example/").error == "refused: not a public address"


def test_a_name_that_leads_elsewhere_the_second_time_gets_nothing_there(receiver: Receiver) -> None:
    answers = iter(["8.8.8.8 127.0.0.1", "127.0.0.1"])
    sender = HttpSender(resolve=lambda _host, _port: [ip_address(one) for one in next(answers).split()])

    answer = post(sender, f"http://rebinding.example:{receiver.port}/status/200")

    assert answer == Answer(None, "refused: not a public address")
    assert next(answers) == "127.0.0.1"
    assert receiver.connections == 0


def test_a_name_that_is_not_resolved_in_time_is_an_answer() -> None:
    answered = Event()

    def slow(_host: str, _port: int) -> Sequence[Address]:
        answered.wait()
        return [ip_address("127.0.0.1")]

    answer = post(HttpSender(resolve=slow, timeout_seconds=0.2), "http://slow.example/")
    answered.set()

    assert answer == Answer(None, "the host name was not resolved in time")


def test_a_subscription_s_key_is_shown_and_only_there(receiver: Receiver) -> None:
    sender = HttpSender(allow=[LOOPBACK])

    for apikey in ("k3y", ""):
        delivery = a_delivery(url=f"http://127.0.0.1:{receiver.port}/status/200")
        sender.send(delivery, secrets=[SECRET], apikey=apikey, now=pendulum.now("UTC"))

    sender.close()
    assert [request.headers.get("X-Api-Key") for request in receiver.requests] == ["k3y", None]


def test_a_port_that_is_not_for_callbacks_is_refused(receiver: Receiver) -> None:
    sender = HttpSender(allow=[LOOPBACK], ports=(range(80, 81),))

    answer = post(sender, f"http://127.0.0.1:{receiver.port}/status/200")

    told = f"refused: port {receiver.port} is not one that callbacks may go to"
    assert answer == Answer(None, told, host_is_there=True)
    assert receiver.connections == 0
