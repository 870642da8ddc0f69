"""How the URLs of one host share its requests."""

from collections import Counter
from uuid import UUID

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime

from worker.domain.breaker import MAX_CONCURRENCY, SHUT_AT, HostHealth
from worker.domain.callback_share import MOST_AT_ONCE, Address, Message, Share
from worker.domain.callback_url import UrlStanding
from worker.domain.ids import CallId, TenantId

NOON = pendulum.datetime(2026, 11, 23, 12)
MINE, YOURS = TenantId(UUID(int=1)), TenantId(UUID(int=2))
GOOD, BAD, NEW = (MINE, "https://a/good"), (MINE, "https://a/bad"), (MINE, "https://a/new")
THEIRS = (YOURS, "https://a/good")
PROVEN = UrlStanding(delivered_at=NOON)
TRIED = UrlStanding(NOON, NOON, refusals=SHUT_AT, weight=SHUT_AT, shut_until=NOON)
SHUT = UrlStanding(NOON, NOON, refusals=SHUT_AT, weight=SHUT_AT, shut_until=NOON.add(seconds=5))
STANDINGS = {GOOD: PROVEN, THEIRS: PROVEN, BAD: TRIED}


def messages(*addresses: Address, first: int = 0) -> list[Message]:
    """Return a message for each, about calls of their own."""
    return [Message(address, CallId(UUID(int=first + place))) for place, address in enumerate(addresses)]


def following(
    waiting: list[Message],
    under_way: list[Message],
    *,
    concurrency: int = 4,
    failures: int = 0,
    standings: dict[Address, UrlStanding] | None = None,
    now: DateTime = NOON,
) -> Address | None:
    """Return the URL that gets the next request."""
    health = HostHealth(concurrency=concurrency, failures=failures)
    known = STANDINGS if standings is None else standings
    share = Share(under_way, health=health, standing=lambda one: known.get(one, UrlStanding()), now=now)
    place = share.next(waiting)
    return None if place is None else waiting[place].address


def test_the_one_due_longest_goes_first() -> None:
    share = Share([], health=HostHealth(), standing=lambda _: PROVEN, now=NOON)

    assert share.next(messages(GOOD, GOOD)) == 0
    assert share.next([]) is None


def test_one_call_s_callbacks_to_one_url_go_one_after_the_other() -> None:
    assert following(messages(GOOD), messages(GOOD)) is None
    assert following(messages(GOOD, GOOD), messages(GOOD)) == GOOD
    assert following(messages(NEW), messages(GOOD)) == NEW


def test_the_whole_concurrency_is_a_single_url_s() -> None:
    for url in (GOOD, NEW):
        assert following(messages(url), messages(*[url] * 3, first=9)) == url
        assert following(messages(url), messages(*[url] * 4, first=9)) is None


def test_of_several_urls_none_gets_more_than_half() -> None:
    assert following(messages(GOOD, NEW), messages(GOOD, GOOD, first=9)) == NEW
    assert following(messages(NEW), messages(GOOD, GOOD, first=9)) == NEW
    assert following(messages(GOOD), messages(GOOD, GOOD, NEW, first=9)) is None


def test_the_one_that_was_served_least_goes_first() -> None:
    assert following(messages(GOOD, NEW), messages(GOOD, first=9), concurrency=9) == NEW


def test_tenants_share_alike_however_many_urls_one_has() -> None:
    urls = [(MINE, f"https://a/{number}") for number in range(30)]
    standings = dict.fromkeys([*urls, THEIRS], PROVEN)

    share = messages(*urls[:5], first=99)
    assert following(messages(*urls[5:], *[THEIRS] * 5), share, concurrency=12, standings=standings) == THEIRS
    share += messages(*[THEIRS] * 4, first=199)
    assert following(messages(*urls[5:], THEIRS), share, concurrency=12, standings=standings) == THEIRS


def test_urls_of_which_little_is_known_get_half_together() -> None:
    slow = [(MINE, f"https://a/slow{number}") for number in range(9)]

    assert following(messages(*slow[2:]), messages(*slow[:1], GOOD, first=9)) == slow[2]
    assert following(messages(*slow[2:]), messages(*slow[:2], first=9)) is None
    assert following(messages(*slow[2:], GOOD), messages(*slow[:2], first=9)) == GOOD


@pytest.mark.parametrize("good", [GOOD, THEIRS])
def test_a_proven_url_gets_a_request_when_others_hold_all_places(good: Address) -> None:
    slow = messages(*[NEW] * 4, first=9)

    assert following(messages(NEW, good), slow, concurrency=1) == good
    assert following(messages(NEW, good, first=5), [*slow, *messages(good)], concurrency=1) is None


def test_a_tenant_s_first_request_goes_beside_those_of_others() -> None:
    slow = messages(*[GOOD] * MAX_CONCURRENCY, first=9)

    assert following(messages((YOURS, "https://a/new")), slow, concurrency=1) == (YOURS, "https://a/new")


def test_the_requests_to_one_host_are_bounded() -> None:
    many = messages(*[NEW] * MOST_AT_ONCE, first=9)

    assert following(messages(GOOD, THEIRS), many) is None


def test_a_shut_url_gets_nothing_and_then_one_trial_request() -> None:
    assert following(messages(BAD), [], standings={BAD: SHUT}) is None
    assert following(messages(BAD), [], standings={BAD: TRIED}) == BAD
    assert following(messages(BAD, BAD), messages(BAD, first=9)) is None
    assert following(messages(BAD, GOOD), messages(BAD, first=9)) == GOOD


def test_a_host_that_did_not_answer_gets_one_trial_request_whatever_its_urls_are() -> None:
    assert following(messages(GOOD, THEIRS), [], concurrency=1, failures=SHUT_AT) == GOOD
    assert following(messages(GOOD, THEIRS), messages(NEW, first=9), concurrency=1, failures=SHUT_AT) is None


@given(
    waiting=st.lists(st.sampled_from([GOOD, BAD, NEW, THEIRS]), max_size=40),
    concurrency=st.integers(1, MAX_CONCURRENCY),
)
def test_a_proven_url_never_waits_for_others(waiting: list[Address], concurrency: int) -> None:
    """Fill up with whatever waits, then ask for the good URLs."""
    under_way: list[Message] = []
    left = messages(*waiting)
    while True:
        health = HostHealth(concurrency=concurrency)
        share = Share(under_way, health=health, standing=lambda one: STANDINGS.get(one, UrlStanding()), now=NOON)
        place = share.next(left)
        if place is None:
            break
        under_way.append(left.pop(place))

    served = Counter(message.address for message in under_way)
    assert all(served[good] for good in (GOOD, THEIRS) if good in waiting)
    assert served[BAD] <= 1
    assert len(under_way) <= concurrency + len(STANDINGS)
