import pytest

from worker.callbacks.address import Refused
from worker.callbacks.target import Target, read_target

UNUSABLE = {
    "": "neither http nor https",
    "cdr.example/hook": "neither http nor https",
    "//cdr.example/hook": "neither http nor https",
    " http://cdr.example/": "neither http nor https",
    "ftp://cdr.example/": "neither http nor https",
    "file:///etc/passwd": "neither http nor https",
    "gopher://127.0.0.1:6379/_FLUSHALL": "neither http nor https",
    "unix:///run/redis.sock": "neither http nor https",
    "http:cdr.example": "no valid host",
    "http:///hook": "no valid host",
    "http:\\\\127.0.0.1\\": "no valid host",
    "http://.cdr.example/": "no valid host",
    "http://cdr..example/": "no valid host",
    "http://cdr .example/": "no valid host",
    "http://127.0.0.1%00.cdr.example/": "no valid host",
    "http://cdr.example%2f@/": "no valid host",
    "http://[fe80::1%25eth0]/": "no valid host",
    f"http://{'a' * 64}.example/": "no valid host",
    "http://-a.example/": "no valid host",
    "http://a-.example/": "no valid host",
    "http://a.-/": "no valid host",
    "http://①②⑦.⓪.⓪.①/": "cannot be read",
    "http://[::1/": "cannot be read",
    "http://[cdr.example]/": "cannot be read",
    "http://cdr.example\r\nX-Injected: 1/": "cannot be read",
    "http://cdr.example/\r\nX-Injected: 1": "cannot be read",
    "http://cdr.example:8O/": "cannot be read",
    "http://cdr.example/\ud800": "cannot be read",
    "http://cdr.example:0/": "port is out of range",
    "http://cdr.example:65536/": "port is out of range",
    "http://cdr.example/" + "a" * 2048: "too long",
}

READ = {
    "http://cdr.example": ("cdr.example", None, "/"),
    "https://cdr.example:8443/hook?token=a%20b#part": ("cdr.example", 8443, "/hook?token=a%20b"),
    "HTTPS://CDR.Example/Hook": ("cdr.example", None, "/Hook"),
    "http://münchen.example/ü": ("xn--mnchen-3ya.example", None, "/%C3%BC"),
    "http://127。0。0。1/": ("127.0.0.1", None, "/"),
    "http://a-b.c--d._e/": ("a-b.c--d._e", None, "/"),
    "http://2130706433/": ("2130706433", None, "/"),
    "http://cdr.example\\@127.0.0.1/": ("127.0.0.1", None, "/"),
    "http://cdr.example#@127.0.0.1/": ("cdr.example", None, "/"),
    "http://cdr.example?@127.0.0.1/": ("cdr.example", None, "/?@127.0.0.1/"),
    "http://[::1]:8080/": ("::1", 8080, "/"),
    "http://cdr.example/%0d%0aX-Injected:1": ("cdr.example", None, "/%0d%0aX-Injected:1"),
}


@pytest.mark.parametrize("url", UNUSABLE)
def test_what_is_no_url_for_callbacks_says_why(url: str) -> None:
    target = read_target(url)

    assert isinstance(target, Refused)
    assert UNUSABLE[url] in target.reason


@pytest.mark.parametrize("url", READ)
def test_a_url_is_read_once_into_what_is_connected_to_and_sent(url: str) -> None:
    target = read_target(url)

    assert isinstance(target, Target)
    assert (target.url.host.decode(), target.url.port, target.url.target.decode()) == READ[url]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://cdr.example:80/", "cdr.example"),
        ("http://cdr.example:8080/", "cdr.example:8080"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://user:key@cdr.example/", "cdr.example"),
    ],
)
def test_the_host_header_is_the_url_s_own(url: str, host: str) -> None:
    target = read_target(url)

    assert isinstance(target, Target)
    assert dict(target.headers)["Host"] == host


def test_credentials_in_the_url_are_sent_as_basic_authorization() -> None:
    target = read_target("https://user:p%40ss@cdr.example/")

    assert isinstance(target, Target)
    assert dict(target.headers)["Authorization"] == "Basic dXNlcjpwQHNz"
