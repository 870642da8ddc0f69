"""What the switch saw, held against the rules: nobody twice, nothing over a limit, nobody who must not be dialled."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.faults.dials import Dial
from tests.faults.evidence import Evidence, Listing
from tests.faults.history import CampaignRules, histories
from tests.faults.promises import Broken, Promise, Tolerance
from worker.domain.call import ON_SWITCH, CallState

UNLIMITED = float("inf")
LONGEST_NUMBER = 11
DUPLICATE = "duplicate"
"""Why the switch refuses a call that it has up already: only luck kept it from being dialled twice."""


def dialled_twice(evidence: Evidence, dials: Sequence[Dial]) -> Iterator[Broken]:
    """Find a call that was dialled again, or nearly so; a lead with two calls up; a lead with more dials than calls."""
    for dial in dials:
        if dial.number_of_call > 1:
            yield _broken(Promise.NOT_TWICE, dial, "one call was dialled again", number=dial.number_of_call)
        if dial.others_up:
            yield _broken(Promise.NOT_TWICE, dial, "a lead was dialled while its call was up", up=dial.others_up)
        if _was_given_up(dial):
            yield _broken(Promise.NOT_TWICE, dial, "a call was dialled after its end had been assumed")
    for line in evidence.lines:
        if (line.event, line.why) == ("refused", DUPLICATE):
            facts = {"at": line.at, "call": line.call, "lead": line.lead, "campaign": line.campaign}
            yield Broken(Promise.NOT_TWICE, "the switch was told again of a call that it had up", facts)
    yield from _more_dials_than_calls(evidence, dials)


def _more_dials_than_calls(evidence: Evidence, dials: Sequence[Dial]) -> Iterator[Broken]:
    dialled = Counter(dial.line.lead for dial in dials if dial.reached)
    rows = [row for row in evidence.rows.calls.values() if row.state in {CallState.ENDED, *ON_SWITCH}]
    placed = Counter(row.lead for row in rows)
    for lead, times in dialled.items():
        if times > placed[lead]:
            counted = {"lead": lead, "dials": times, "calls": placed[lead]}
            yield Broken(Promise.NOT_TWICE, "a lead was dialled more often than it has calls", counted)


def _was_given_up(dial: Dial) -> bool:
    """Whether the call's attempt had been over for us by then, so that its lead may be dialled for the next one."""
    call = dial.call
    return call is not None and call.assumed_at is not None and dial.line.at > call.assumed_at


def too_many_attempts(evidence: Evidence, dials: Sequence[Dial]) -> Iterator[Broken]:
    """Find a lead with more dials, or more ended calls, than one and its campaign's recalls."""
    for dial in dials:
        allowed = max((rules.attempts for rules in dial.campaign_rules), default=0)
        if dial.number_of_lead > allowed:
            yield _broken(
                Promise.ATTEMPTS, dial, "a lead was dialled too often", dials=dial.number_of_lead, allowed=allowed
            )
    campaigns = histories(evidence).campaigns
    ended = [row for row in evidence.rows.calls.values() if row.state == CallState.ENDED and row.counted]
    attempts = Counter((row.lead, row.campaign) for row in ended)
    for (lead, campaign), times in attempts.items():
        allowed = max(rules.attempts for rules in campaigns[campaign].during(-UNLIMITED, UNLIMITED))
        if times > allowed:
            facts = {"lead": lead, "campaign": campaign, "calls": times, "allowed": allowed}
            yield Broken(Promise.ATTEMPTS, "a lead has too many calls", facts)


def over_a_limit(_evidence: Evidence, dials: Sequence[Dial]) -> Iterator[Broken]:
    """Find dials that took more places than there were, by what was up on the switch."""
    for dial in dials:
        up = dial.up
        for promise, text, count, limit in (
            (Promise.CAMPAIGN_LIMIT, "a campaign was over its limit", up.campaign, _campaign_cap(dial)),
            (Promise.NETWORK_LIMIT, "a campaign was over its network's cap", up.campaign_network, _own_cap(dial)),
            (Promise.CARRIER_LIMIT, "a carrier was over its limit", up.carrier, _carrier_cap(dial)),
            (Promise.NETWORK_LIMIT, "a carrier was over its network's channels", up.carrier_network, _channels(dial)),
            (Promise.TENANT_LIMIT, "a tenant was over its cap", up.tenant, max(dial.tenant_caps, default=UNLIMITED)),
        ):
            if count > limit:
                yield _broken(promise, dial, text, up=count, limit=limit, network=dial.network, carrier=dial.carrier)


def at_stake(evidence: Evidence, dials: Sequence[Dial]) -> dict[Promise, int]:
    """Count the dials that could have broken a promise, where not every dial could: without a cap none is broken."""
    return {
        Promise.NETWORK_LIMIT: sum(min(_own_cap(dial), _channels(dial)) < UNLIMITED for dial in dials),
        Promise.TENANT_LIMIT: sum(max(dial.tenant_caps, default=UNLIMITED) < UNLIMITED for dial in dials),
        Promise.CALLS_PER_SECOND: sum(_rate([dial]) < UNLIMITED for dial in dials),
        Promise.WINDOW: sum(all(rules.hours.restrict for rules in dial.campaign_rules) for dial in dials),
        Promise.DO_NOT_CALL: len(evidence.listings),
    }


def _campaign_cap(dial: Dial) -> float:
    return max((rules.concurrent_call for rules in dial.campaign_rules), default=0)


def _own_cap(dial: Dial) -> float:
    return max((rules.cap_on(dial.network) for rules in dial.campaign_rules), default=0)


def _carrier_cap(dial: Dial) -> float:
    return max((rules.concurrent_call for rules in dial.carrier_rules), default=0)


def _channels(dial: Dial) -> float:
    """Give the carrier's channels on the network, for which direct mode does not ask."""
    if any(rules.mode == "direct" for rules in dial.campaign_rules):
        return UNLIMITED
    return max((rules.network.get(dial.network, 0) for rules in dial.carrier_rules), default=0)


def too_fast(_evidence: Evidence, dials: Sequence[Dial]) -> Iterator[Broken]:
    """Find seconds, wherever they begin, in which a carrier began more calls than it may in one."""
    by_carrier: defaultdict[str, list[Dial]] = defaultdict(list)
    for dial in dials:
        by_carrier[dial.carrier].append(dial)
    for mine in by_carrier.values():
        moments = [dial.line.at for dial in mine]
        for last, dial in enumerate(mine):
            first = bisect_left(moments, dial.line.at - 1 + 1e-6, hi=last + 1)
            limit = _rate(mine[first : last + 1])
            if (count := last + 1 - first) > limit:
                text = "a carrier began too many calls in one second"
                yield _broken(Promise.CALLS_PER_SECOND, dial, text, begun=count, limit=limit, carrier=dial.carrier)


def _rate(dials: Iterable[Dial]) -> float:
    return max((rules.calls_per_second for dial in dials for rules in dial.carrier_rules), default=0)


def outside_a_window(evidence: Evidence, dials: Sequence[Dial], *, tolerance: Tolerance) -> Iterator[Broken]:
    """Find dials of lists and single calls that no possible setting's hours allow; codes go out at any hour."""
    for dial in dials:
        if dial.call is not None and dial.call.otp:
            continue
        at = dial.line.at
        stops = [stopped for stopped in evidence.switch_stopped if stopped.switch == dial.line.switch]
        held = [stopped.since for stopped in stops if dial.since <= stopped.since <= at]
        moments = [at, at - tolerance.past_the_window, *held]
        if not any(rules.hours.contain(moment) for rules in dial.campaign_rules for moment in moments):
            yield _broken(Promise.WINDOW, dial, "dialled outside its hours")


def not_running(_evidence: Evidence, dials: Sequence[Dial]) -> Iterator[Broken]:
    """Find dials of campaigns that were stopped, paused, inactive, expired or deleted, or over another carrier."""
    for dial in dials:
        reasons = [_why_not(rules, dial) for rules in dial.campaign_rules] or ["no campaign is known"]
        if all(reasons):
            yield _broken(Promise.RUNNING, dial, f"dialled although: {reasons[-1]}", carrier=dial.carrier)
        elif not dial.list_active:
            yield _broken(Promise.RUNNING, dial, "dialled although its list is inactive")


def _why_not(rules: CampaignRules, dial: Dial) -> str:
    otp = dial.call is not None and dial.call.otp
    reasons = {
        "deleted": rules.deleted,
        "inactive": not rules.active,
        "expired": rules.expires_at <= dial.since,
        "the campaign has another carrier": rules.carrier != dial.carrier,
        f"status {rules.status}": not otp and not rules.is_running(dial.line.at),
    }
    return next((why for why, holds in reasons.items() if holds), "")


def on_do_not_call(evidence: Evidence, dials: Iterable[Dial]) -> Iterator[Broken]:
    """Find dials of numbers that had been listed by then; a prefix may have been put before a number."""
    for dial, listing in listed_dials(evidence, dials):
        is_lifted = listing.lifted_at is not None and listing.lifted_at <= dial.line.at
        if listing.answered_at < dial.since and not is_lifted:
            yield _broken(Promise.DO_NOT_CALL, dial, "dialled although on do-not-call", listed_at=listing.answered_at)


def listed_dials(evidence: Evidence, dials: Iterable[Dial]) -> Iterator[tuple[Dial, Listing]]:
    """Yield the dials of numbers that were on do-not-call at some time, before or after."""
    listed: defaultdict[tuple[str, str], list[Listing]] = defaultdict(list)
    for listing in evidence.listings:
        listed[listing.tenant, listing.phone].append(listing)
    for dial in dials:
        number = dial.line.number
        for phone in {number[-digits:] for digits in (LONGEST_NUMBER - 1, LONGEST_NUMBER)}:
            for listing in listed.get((dial.tenant, phone), ()):
                yield dial, listing


def _broken(promise: Promise, dial: Dial, text: str, **facts: Any) -> Broken:  # Any: whatever shows it
    line = dial.line
    seen = {"at": line.at, "call": line.call, "lead": line.lead, "campaign": line.campaign, "number": line.number}
    return Broken(promise, text, seen | facts)
