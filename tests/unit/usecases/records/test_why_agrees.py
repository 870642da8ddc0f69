"""What ``why`` says is what a plan then does, over many worlds."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pendulum import DateTime, Duration
from sqlalchemy import Row, select

from tests.builders import CAMPAIGN, CARRIER, HANOI, NOON, TENANT, add_leads, fill_store, let_be_heard, viettel
from tests.fakes.telephony import SWITCH
from tests.strategies import at_most
from tests.unit.usecases.conftest import World
from tests.unit.usecases.worlds import StoredWorld, worlds
from worker.domain.call import CallState
from worker.domain.ids import CallId, CampaignId, LeadId
from worker.domain.lead import STAGES_OF, Ending, Stage
from worker.domain.network import Network
from worker.domain.reason import Reason, Why
from worker.domain.standing import FULL
from worker.ports.records.entities import Tenant
from worker.store.base.tables import calls, leads
from worker.usecases.records.explain import CampaignExplanation, LeadExplanation, explain_campaign, explain_lead

OWNER = Tenant(id=TENANT, name="default", timezone=HANOI)
MOMENT = Duration(microseconds=1)
WAITING = frozenset(stage for stages in STAGES_OF.values() for stage in stages)

many_worlds = settings(
    max_examples=at_most(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Story:
    """A world, what ``why`` said of it, and what its carrier's plan then did."""

    world: World
    stored: StoredWorld
    campaigns: dict[CampaignId, CampaignExplanation] = field(init=False)
    leads: dict[LeadId, LeadExplanation] = field(init=False)
    before: dict[LeadId, Row[Any]] = field(init=False)
    after: dict[LeadId, Row[Any]] = field(init=False)
    started: dict[CallId, Row[Any]] = field(init=False)
    called: set[LeadId] = field(init=False)

    def __post_init__(self) -> None:
        """Ask, plan, and look."""
        self.stored.store_in(self.world.store)
        let_be_heard(self.world.store, SWITCH)
        known = {c.campaign_uuid for c in self.stored.campaigns} - self.stored.deleted
        self.campaigns = {campaign_id: self.ask(campaign_id) for campaign_id in known}
        self.before = self.lead_rows()
        self.leads = {
            lead_id: explain_lead(self.world.store, tenant=OWNER, lead_id=lead_id, now=NOON) for lead_id in self.before
        }
        known_calls = self.calls()
        self.world.plan()
        self.after = self.lead_rows()
        self.started = {call_id: row for call_id, row in self.calls().items() if call_id not in known_calls}
        self.called = {LeadId(row.lead_id) for row in self.started.values()}

    def calls(self) -> dict[CallId, Row[Any]]:
        with self.world.store.reading() as tx:
            return {CallId(row.id): row for row in tx.connection.execute(select(calls))}

    def ask(self, campaign_id: CampaignId, *, at: DateTime = NOON) -> CampaignExplanation:
        return explain_campaign(self.world.store, tenant=OWNER, campaign_id=campaign_id, now=at)

    def lead_rows(self) -> dict[LeadId, Row[Any]]:
        with self.world.store.reading() as tx:
            return {LeadId(row.id): row for row in tx.connection.execute(select(leads))}

    def closed(self) -> set[LeadId]:
        """Give the leads that the plan ended instead of calling them; the places it had for them stay free."""
        return {lead_id for lead_id, row in self.after.items() if row.stage is not self.before[lead_id].stage} - (
            self.called
        )

    def live(self) -> Counter[tuple[str, Network]]:
        """Count the slots after the plan, by owner and network."""
        counted: Counter[tuple[str, Network]] = Counter()
        for row in self.calls().values():
            for owner in (row.tenant_id, row.carrier_id, row.campaign_id):
                counted[str(owner), row.network] += 1
            if row.state is CallState.QUEUED:
                counted[f"{row.carrier_id} queued", row.network] += 1
            if row.state in {CallState.QUEUED, CallState.DIALING}:
                counted[f"{row.carrier_id} without a reply", row.network] += 1
        return counted

    def said(self) -> Iterator[tuple[CampaignId, Why]]:
        for campaign_id, found in self.campaigns.items():
            for why in found.reasons:
                yield campaign_id, why


@many_worlds
@given(stored=worlds())
def test_the_leads_that_are_due_are_called_and_no_others(world: World, stored: StoredWorld) -> None:
    story = Story(world, stored)

    promised = {lead_id for lead_id, found in story.leads.items() if found.reasons == (Why(Reason.DUE),)}

    assert promised == story.called


@many_worlds
@given(stored=worlds())
def test_what_a_plan_starts_the_dial_lets_through_at_the_same_moment(world: World, stored: StoredWorld) -> None:
    without_pace = replace(stored, carrier=stored.carrier | {"calls_per_second": 0})
    story = Story(world, without_pace)

    world.place(list(story.started))

    states = {row.state for call_id, row in story.calls().items() if call_id in story.started}
    assert states <= {CallState.DIALING}


@many_worlds
@given(stored=worlds())
def test_a_lead_that_is_not_called_has_its_reason(world: World, stored: StoredWorld) -> None:
    story = Story(world, stored)

    for lead_id, found in story.leads.items():
        row, codes = story.before[lead_id], [why.reason for why in found.reasons]
        barred = row.phone in stored.barred
        assert codes, "there is always something to say"
        assert (Reason.IN_CALL in codes) == (row.stage is Stage.CALLING)
        if row.stage in WAITING and lead_id not in story.called:
            assert story.after[lead_id].stage is row.stage or lead_id in story.closed()
        if lead_id in story.closed():
            expected = Reason.DO_NOT_CALL if barred else Reason.ATTEMPTS_USED
            assert codes == [expected]
            assert story.after[lead_id].ending is (Ending.DO_NOT_CALL if barred else Ending.ATTEMPTS_USED)
        if Reason.NOT_DUE in codes:
            assert row.due_at > NOON
        if set(codes) & FULL and row.stage is not Stage.CALLING:  # its trunk may keep a queued call
            assert row.due_at <= NOON


_OF_TRUNK = {Reason.CARRIER_FAILING, Reason.GATEWAY_DOWN, Reason.GATEWAY_UNKNOWN}


@many_worlds
@given(stored=worlds())
def test_a_limit_that_is_named_is_full_and_has_the_use_that_is_named(world: World, stored: StoredWorld) -> None:
    story = Story(world, stored)

    used = story.live()
    for campaign_id, why in story.said():
        if why.reason in _OF_TRUNK and why.in_use is None:
            continue  # queued calls are its next trials
        if why.reason in FULL:
            assert why.in_use is not None
            assert why.limit is not None
            assert why.in_use >= why.limit
        if why.reason in FULL and not story.closed():
            assert _use_of(why, campaign_id=campaign_id, used=used) == why.in_use, why


def _use_of(why: Why, *, campaign_id: CampaignId, used: Counter[tuple[str, Network]]) -> int:
    networks = Network if why.network is None else [why.network]
    match why.reason:
        case Reason.TENANT_LIMIT:
            owner = str(TENANT)
        case Reason.CARRIER_LIMIT | Reason.CARRIER_NETWORK_LIMIT:
            owner = str(CARRIER)
        case Reason.CALLS_PER_SECOND | Reason.CARRIER_FAILING | Reason.GATEWAY_DOWN | Reason.GATEWAY_UNKNOWN:
            owner = f"{CARRIER} queued"
        case Reason.CARRIER_UNPROVEN:
            owner = f"{CARRIER} without a reply"
        case (
            Reason.NETWORK_NOT_SET_UP
        ):  # of the carrier or of the campaign: whichever has no channels has no more calls
            return why.in_use or 0
        case _:
            owner = str(campaign_id)
    return sum(used[owner, network] for network in networks)


@many_worlds
@given(stored=worlds())
def test_what_a_campaign_says_is_what_becomes_of_its_leads(world: World, stored: StoredWorld) -> None:
    story = Story(world, stored)

    for campaign_id, found in story.campaigns.items():
        codes = {why.reason for why in found.reasons}
        mine = [lead_id for lead_id, row in story.before.items() if row.campaign_id == campaign_id]
        taken = [lead_id for lead_id in mine if lead_id in story.called | story.closed()]
        refused = codes & {Reason.STOPPED, Reason.PAUSED, Reason.WINDOW_SHUT, Reason.NEVER_OPEN}
        assert all(story.before[lead_id].stage is Stage.OTP for lead_id in taken) or not refused
        assert not taken or not codes & {Reason.INACTIVE, Reason.EXPIRED, Reason.NO_CARRIER, Reason.NOTHING_LEFT}
        assert found.dialling or not taken
        left = [row for row in map(story.after.__getitem__, mine) if _could_be_called(row, now=NOON, stored=stored)]
        if not codes:
            assert not left, "without a reason everything that is due is called"
        if codes & {Reason.NOT_DUE, Reason.NOTHING_LEFT}:  # of what may be dialled at all
            assert not [row for row in left if row.stage is Stage.OTP or not refused]


def _could_be_called(row: Row[Any], *, now: DateTime, stored: StoredWorld) -> bool:
    resting = row.campaign_id in stored.resting and row.list_id.int == row.campaign_id.int ^ (1 << 101)
    return row.stage in WAITING and row.due_at <= now and not row.parked and not resting


@many_worlds
@given(stored=worlds())
def test_a_campaigns_reasons_are_those_of_its_waiting_leads(world: World, stored: StoredWorld) -> None:
    story = Story(world, stored)

    for lead_id, found in story.leads.items():
        whole = story.campaigns.get(story.before[lead_id].campaign_id)
        if whole is not None and story.before[lead_id].stage in WAITING:
            for why in found.reasons:
                own = {Reason.DUE, Reason.NOT_DUE, Reason.DO_NOT_CALL, Reason.ATTEMPTS_USED, Reason.LIST_INACTIVE}
                assert why in whole.reasons or why.reason in own


@many_worlds
@given(stored=worlds())
def test_what_holds_until_a_moment_holds_until_then_and_no_longer(world: World, stored: StoredWorld) -> None:
    story = Story(world, stored)
    asked_again = {campaign_id: story.ask(campaign_id) for campaign_id in story.campaigns}

    for campaign_id, found in asked_again.items():
        for why in found.reasons:
            if why.until is None:
                continue
            just_before = story.ask(campaign_id, at=why.until - MOMENT)
            then = story.ask(campaign_id, at=why.until)
            expired = Reason.EXPIRED in {later.reason for later in just_before.reasons}
            # A lead that falls due when the window is shut waits for the window by then, and until the same moment.
            assert expired or why.until in {later.until for later in just_before.reasons}
            assert why not in then.reasons
            assert why.until > NOON


@pytest.mark.parametrize("is_heard", [True, False])
def test_calls_that_wait_for_somebody_to_hear_the_switch_say_so(world: World, *, is_heard: bool) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    if is_heard:
        let_be_heard(world.store, SWITCH)

    before = explain_campaign(world.store, tenant=OWNER, campaign_id=CAMPAIGN, now=NOON)
    call_ids = world.plan()
    world.place_as_heard(call_ids)
    after = explain_campaign(world.store, tenant=OWNER, campaign_id=CAMPAIGN, now=NOON)

    dialled = bool(world.telephony.placed)
    assert dialled is is_heard
    said = [Reason.NO_SWITCH in {why.reason for why in found.reasons} for found in (before, after)]
    assert said == [not is_heard] * 2
    assert [found.dialling for found in (before, after)] == [is_heard] * 2
