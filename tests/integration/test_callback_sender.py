import logging
import ssl
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address, ip_network

import pendulum
import pytest
import trustme
from pendulum import Duration
from standardwebhooks import Webhook

from tests.builders.outbox import a_delivery
from tests.stack.receiver import Receiver
from worker.callbacks.address import Address
from worker.callbacks.sender import HttpSender
from worker.domain.retry import Answer

SECRET = "whsec_c2VjcmV0IG9mIHRoZSB0ZW5hbnQ="
LOOPBACK = ip_network("127.0.0.0/8")
PATIENCE = 1.0
HUNG_UP = Answer(None, "the receiver hung up, or its answer is not HTTP", host_is_there=True)


class Names:
    """A resolver that knows the test's own names and counts how often it was asked."""

    def __init__(self, **addresses: str) -> None:
        self.asked: list[str] = []
        self._addresses = addresses

    def __call__(self, host: str, port: int) -> Sequence[Address]:
        del port
        self.asked.append(host)
        if host not in self._addresses:
            raise OSError("no such name")
        return [ip_address(address) for address in self._addresses[host].split()]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def sender() -> Iterator[HttpSender]:
    sender = HttpSender(allow=[LOOPBACK], timeout_seconds=PATIENCE)
    yield sender
    sender.close()


def post(sender: HttpSender, url: str, *, body: str = "{}") -> Answer:
    return sender.send(a_delivery(url=url, body=body), secrets=[SECRET], apikey="", now=pendulum.now("UTC"))


def at(receiver: Receiver, path: str, *, host: str = "127.0.0.1", scheme: str = "http") -> str:
    return f"{scheme}://{host}:{receiver.port}{path}"


def test_the_receiver_gets_the_signed_body_as_json(receiver: Receiver, sender: HttpSender) -> None:
    body = '{"fullname":"Nguyễn Ánh 😀","note":""}'

    answer = post(sender, at(receiver, "/status/200?token=a%20b"), body=body)

    request = receiver.requests[0]
    assert answer == Answer(200)
    assert request.line == "POST /status/200?token=a%20b HTTP/1.1"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["webhook-id"] == str(a_delivery().id)
    assert request.body == body.encode()
    Webhook(SECRET).verify(request.body, request.headers)


@pytest.mark.parametrize("status", [200, 201, 302, 404, 410, 500, 503])
def test_the_status_is_the_answer(receiver: Receiver, sender: HttpSender, status: int) -> None:
    assert post(sender, at(receiver, f"/status/{status}")).status == status


def test_a_busy_receiver_s_pause_is_read(receiver: Receiver, sender: HttpSender) -> None:
    answer = post(sender, at(receiver, "/busy"))

    assert answer == Answer(429, "the receiver answered 429", Duration(minutes=2))


def test_a_redirect_is_not_followed(receiver: Receiver, sender: HttpSender) -> None:
    answer = post(sender, at(receiver, "/redirect"))

    assert answer == Answer(307, "the receiver answered 307, and redirects are not followed")
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/close", HUNG_UP),
        ("/close-in-status", HUNG_UP),
        ("/garbage", HUNG_UP),
        ("/endless-headers", Answer(200)),
        ("/hang", Answer(None, "no answer in time")),
        ("/drip-status", Answer(None, "no answer in time")),
        ("/drip-headers", Answer(200)),
        ("/continue", Answer(None, "no answer in time")),
        ("/upgrade", HUNG_UP),
        ("/two-answers", Answer(500, "the receiver answered 500")),
        ("/no-body", Answer(204)),
        ("/close-after", Answer(200)),
        ("/close-in-body", Answer(200)),
        ("/drip-body", Answer(200)),
        ("/endless-body", Answer(200)),
    ],
)
def test_whatever_a_receiver_does_is_an_answer_in_time(
    receiver: Receiver, sender: HttpSender, path: str, answer: Answer
) -> None:
    started = time.monotonic()

    assert post(sender, at(receiver, path)) == answer
    assert time.monotonic() - started < 4 * PATIENCE


@pytest.mark.parametrize("path", ["/close", "/two-answers", "/endless-body", "/drip-body", "/upgrade", "/hang"])
def test_the_next_callback_does_not_suffer(receiver: Receiver, sender: HttpSender, path: str) -> None:
    post(sender, at(receiver, path))

    assert post(sender, at(receiver, "/status/201")) == Answer(201)


def test_nobody_listening_is_an_answer(sender: HttpSender) -> None:
    with Receiver() as gone:
        url = at(gone, "/status/200")

    assert post(sender, url) == Answer(None, "connection refused")


def test_one_connection_serves_one_callback_after_the_other(receiver: Receiver, sender: HttpSender) -> None:
    answers = {post(sender, at(receiver, "/status/200")) for _ in range(5)}

    assert answers == {Answer(200)}
    assert {request.connection for request in receiver.requests} == {1}


def test_threads_share_one_sender(receiver: Receiver, sender: HttpSender) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: post(sender, at(receiver, "/status/200")), range(80)))

    assert answers == [Answer(200)] * 80
    assert receiver.connections <= 8


def test_cookies_are_not_kept(receiver: Receiver, sender: HttpSender) -> None:
    post(sender, at(receiver, "/cookie"))
    post(sender, at(receiver, "/status/200"))

    assert "Cookie" not in receiver.requests[1].headers


def test_authorities_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")

    HttpSender().close()


def test_a_proxy_of_the_environment_is_not_used(
    receiver: Receiver, sender: HttpSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert post(sender, at(receiver, "/status/200")) == Answer(200)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "017700000001", "127。0。0。1", "[::ffff:127.0.0.1]", "0"],
)
def test_our_own_machine_is_refused_however_it_is_spelt(receiver: Receiver, host: str) -> None:
    answer = post(HttpSender(), at(receiver, "/status/200", host=host))

    assert answer == Answer(None, "refused: not a public address")
    assert receiver.connections == 0


def test_a_name_that_leads_inside_is_refused(receiver: Receiver) -> None:
    sender = HttpSender(resolve=Names(inside="8.8.8.8 127.0.0.1"))

    assert post(sender, at(receiver, "/status/200", host="inside")) == Answer(None, "refused: not a public address")
    assert receiver.connections == 0


def test_a_name_without_address_is_an_answer() -> None:
    assert post(HttpSender(resolve=Names()), "http://nowhere/") == Answer(None, "the host name could not be resolved")


def test_a_url_that_cannot_be_posted_to_is_an_answer(sender: HttpSender) -> None:
    refused = Answer(None, "refused: the URL is neither http nor https", host_is_there=True)

    assert post(sender, "ftp://127.0.0.1/") == refused


def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_judged(receiver: Receiver) -> None:
    names = Names(cdr="127.0.0.1")
    sender = HttpSender(allow=[LOOPBACK], resolve=names)

    answer = post(sender, at(receiver, "/status/200", host="cdr"))
    sender.close()

    assert answer == Answer(200)
    assert names.asked == ["cdr"]
    assert receiver.requests[0].headers["Host"] == f"cdr:{receiver.port}"


def test_a_dead_address_is_passed_over(receiver: Receiver) -> None:
    sender = HttpSender(allow=[LOOPBACK], resolve=Names(cdr="127.0.0.2 127.0.0.1"))

    answer = post(sender, at(receiver, "/status/200", host="cdr"))
    sender.close()

    assert answer == Answer(200)


def test_nothing_of_the_url_s_query_or_of_the_body_is_logged(
    receiver: Receiver, sender: HttpSender, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        post(sender, at(receiver, "/status/500?token=secret"), body='{"to_number":"0981000000"}')

    assert "secret" not in caplog.text
    assert "0981000000" not in caplog.text


# --- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def serving(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_tls_is_verified_against_the_name_while_connected_to_the_address(authority: trustme.CA) -> None:
    sender = HttpSender(allow=[LOOPBACK], resolve=Names(**{"cdr.example": "127.0.0.1"}), trust=trusting(authority))

    with Receiver(tls=serving(authority, "cdr.example")) as receiver:
        answer = post(sender, at(receiver, "/status/200", host="cdr.example", scheme="https"))
        sender.close()

    assert answer == Answer(200)


def test_a_certificate_for_another_name_is_not_accepted(authority: trustme.CA) -> None:
    sender = HttpSender(allow=[LOOPBACK], resolve=Names(**{"cdr.example": "127.0.0.1"}), trust=trusting(authority))

    with Receiver(tls=serving(authority, "other.example")) as receiver:
        answer = post(sender, at(receiver, "/status/200", host="cdr.example", scheme="https"))

    assert answer.status is None
    assert answer.error.startswith("certificate not accepted: Hostname mismatch")
    assert receiver.requests == []


def test_a_connection_verified_for_one_name_never_serves_another_behind_the_same_address(authority: trustme.CA) -> None:
    names = Names(**{"cdr.example": "127.0.0.1", "other.example": "127.0.0.1"})
    sender = HttpSender(allow=[LOOPBACK], resolve=names, trust=trusting(authority))

    with Receiver(tls=serving(authority, "cdr.example")) as receiver:
        verified = post(sender, at(receiver, "/status/200", host="cdr.example", scheme="https"))
        other = post(sender, at(receiver, "/status/200", host="other.example", scheme="https"))
        sender.close()

    assert verified == Answer(200)
    assert other.error.startswith("certificate not accepted: Hostname mismatch")


def test_an_authority_that_nobody_knows_is_not_accepted(authority: trustme.CA) -> None:
    sender = HttpSender(allow=[LOOPBACK], resolve=Names(**{"cdr.example": "127.0.0.1"}))

    with Receiver(tls=serving(authority, "cdr.example")) as receiver:
        answer = post(sender, at(receiver, "/status/200", host="cdr.example", scheme="https"))

    assert answer.error.startswith("certificate not accepted: ")
    assert receiver.requests == []


def test_a_receiver_that_does_not_speak_tls_is_an_answer(sender: HttpSender) -> None:
    with Receiver() as plain:
        answer = post(sender, at(plain, "/status/200", scheme="https"))

    assert answer.status is None
    assert answer.error in {"no TLS connection", "no connection in time", "no connection"}
