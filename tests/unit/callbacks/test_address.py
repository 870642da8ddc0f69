from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.callbacks.address import Refused, decide_addresses, why_refused

LOOPBACK = ip_network("127.0.0.0/8")

REFUSED = """
0.0.0.0                   unspecified
0.1.2.3                   unspecified
10.0.0.1                  private
10.255.255.255            private
100.64.0.1                shared by a carrier's customers
100.100.100.200           shared by a carrier's customers
127.0.0.1                 loopback
127.255.255.254           loopback
168.63.129.16             a cloud's metadata service
169.254.0.1               link-local
169.254.169.254           link-local
169.254.170.2             link-local
172.16.0.1                private
172.31.255.255            private
192.0.0.192               reserved
192.0.2.1                 for documentation
192.88.99.1               reserved
192.168.1.1               private
198.18.0.1                for benchmarks
198.51.100.7              for documentation
203.0.113.7               for documentation
224.0.0.1                 multicast
239.255.255.255           multicast
240.0.0.1                 reserved
255.255.255.255           reserved
::                        unspecified
::1                       loopback
fc00::1                   private
fd00:ec2::254             private
fe80::1                   link-local
fe80::1%eth0              link-local
fec0::1                   site-local
ff02::1                   multicast
2001::1                   reserved
2001:20::1                reserved
2001:db8::1               for documentation
3fff::1                   for documentation
100::1                    is not public
5f00::1                   is not public
64:ff9b:1::a00:1          is not public
4000::1                   is not public
::8.8.8.8                 is not public
::ffff:0:8.8.8.8          is not public
::127.0.0.1               leads on: 127.0.0.1 is loopback
::ffff:127.0.0.1          leads on: 127.0.0.1 is loopback
::ffff:169.254.169.254    leads on: 169.254.169.254 is link-local
::ffff:0:10.0.0.1         leads on: 10.0.0.1 is private
64:ff9b::10.0.0.1         leads on: 10.0.0.1 is private
64:ff9b::169.254.169.254  leads on: 169.254.169.254 is link-local
2002:7f00:1::             leads on: 127.0.0.1 is loopback
2002:c0a8:101::1          leads on: 192.168.1.1 is private
2606:4700::5efe:10.0.0.1  leads on: 10.0.0.1 is private
2606:4700::200:5efe:10.0.0.1  leads on: 10.0.0.1 is private
"""

PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.255.255
172.15.255.255 172.32.0.1 192.167.255.255 192.169.0.1 198.17.255.255 223.255.255.255
2606:4700:4700::1111 2a00:1450:4001::1 2400:cb00::1 2001:4860:4860::8888
::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1
"""


@pytest.mark.parametrize(("address", "reason"), [line.split(maxsplit=1) for line in REFUSED.strip().splitlines()])
def test_what_is_not_the_public_internet_is_refused_and_says_why(address: str, reason: str) -> None:
    assert why_refused(ip_address(address), allow=()).endswith(reason)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_the_public_internet_is_reached(address: str) -> None:
    assert why_refused(ip_address(address), allow=()) == ""


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::"])
def test_the_operator_may_allow_a_network_in_each_of_its_forms(address: str) -> None:
    assert why_refused(ip_address(address), allow=[LOOPBACK]) == ""


@pytest.mark.parametrize("address", ["10.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1"])
def test_what_was_not_allowed_stays_refused(address: str) -> None:
    assert why_refused(ip_address(address), allow=[LOOPBACK]) != ""


def test_an_ipv6_network_may_be_allowed() -> None:
    assert why_refused(ip_address("fd00::5"), allow=[ip_network("fd00::/8")]) == ""


def test_a_host_is_refused_when_one_of_its_addresses_is() -> None:
    found = [ip_address("8.8.8.8"), ip_address("10.0.0.1")]

    assert decide_addresses(found, allow=()) == Refused("10.0.0.1 is private")


def test_a_host_without_address_is_refused() -> None:
    assert decide_addresses([], allow=()) == Refused("the host has no address")


def test_a_public_host_keeps_the_order_of_its_addresses() -> None:
    found = (ip_address("2606:4700::1111"), ip_address("8.8.8.8"))

    assert decide_addresses(found, allow=()) == found


@given(address=st.ip_addresses(v=6))
def test_no_ipv6_address_outside_global_unicast_is_reached_but_public_ipv4_behind_a_known_prefix(
    address: object,
) -> None:
    parsed = ip_address(str(address))
    known = any(parsed in ip_network(prefix) for prefix in ("2000::/3", "::ffff:0:0/96", "64:ff9b::/96"))

    assert known or why_refused(parsed, allow=()) != ""


@given(address=st.ip_addresses(v=4))
def test_what_python_calls_private_is_never_reached(address: object) -> None:
    parsed = ip_address(str(address))
    private = parsed.is_private or parsed.is_loopback or parsed.is_link_local or parsed.is_multicast

    assert not private or why_refused(parsed, allow=()) != ""
