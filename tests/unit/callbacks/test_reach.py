"""URLs that can never receive a callback are known without looking up a name."""

from ipaddress import ip_network

import pytest

from worker.callbacks.reach import why_never_sent

PORTS = (range(80, 81), range(443, 444), range(8000, 9000))
PRIVATE = ip_network("10.1.0.0/16")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://169.254.169.254/latest", "link-local"),
        ("http://127.0.0.1/", "loopback"),
        ("http://127.1/", "loopback"),
        ("http://0x7f000001/", "loopback"),
        ("http://[::1]/", "loopback"),
        ("http://localhost/", "loopback"),
        ("http://LOCALHOST./", "loopback"),
        ("http://crm.localhost:8000/", "loopback"),
        ("http://192.168.1.1./", "private"),
        ("http://crm.invalid/", "never found"),
        ("http://10.2.0.1/", "private"),
        ("https://crm.example:22/", "port 22"),
        ("https://crm.example:0/", "port"),
        ("https://crm.example:70000/", ""),
        ("https://" + "a" * 64 + ".example/", "no valid host"),
        ("https://{{lead}}/", ""),
        ("https://crm.example/" + "x" * 3000, "too long"),
        ("ftp://crm.example/", "neither http nor https"),
    ],
)
def test_the_rule_is_named(url: str, why: str) -> None:
    found = why_never_sent(url, allow=(), ports=PORTS)

    assert found
    assert why in found


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example/cdr",
        "http://crm.example:8080/",
        "http://10.1.2.3/",
        "http://93.184.216.34/",
        "http://a_b.c/",
        "http://localhost.example/",
        "http://invalid.example./",
    ],
)
def test_a_url_that_may_be_reached_has_none(url: str) -> None:
    assert why_never_sent(url, allow=[PRIVATE], ports=PORTS) == ""


def test_this_machine_may_be_allowed_by_name_too() -> None:
    assert why_never_sent("http://localhost/", allow=[ip_network("127.0.0.0/8")], ports=PORTS) == ""
