"""Create or change a campaign: check it as a whole, store it, ask for a plan at once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.backfill import Backfill, BackfillKind
from worker.domain.caller_id import why_no_caller_id
from worker.domain.campaign import AUTOCALL, AUTODIALER, Status, steer
from worker.domain.campaign_settings import (
    DEFAULT_EXTRAS,
    HIDES_NUMBERS,
    CampaignChanges,
    CampaignSettings,
    to_campaign,
    to_windows,
)
from worker.domain.caps import DEFAULT_CAPS, Cap, check_cap
from worker.domain.errors import Forbidden, Invalid, InvalidFields, NotFound, Problem
from worker.domain.ids import CampaignId, CarrierId, RunId
from worker.domain.network import Network
from worker.domain.role import Role, includes
from worker.domain.stale_copy import MICROSECOND, NO_COPY, ReadCopy, check_revision, kept_switches
from worker.ports.dispatch.messages import JobQueue, Wakeups
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.hide_numbers import SEES_NUMBERS
from worker.usecases.records.seal_numbers import hide_as_wanted

SMALLEST_HOPPER: Final = 10
LARGEST_HOPPER: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEdit:
    """The campaign to change, its tenant, and the changes."""

    tenant: Tenant
    campaign_id: CampaignId
    changes: CampaignChanges
    caps: Mapping[Cap, int] = field(default_factory=lambda: DEFAULT_CAPS)
    """The defaults of the caps on what a tenant stores."""
    copy: ReadCopy = NO_COPY
    """The copy that the client has changed."""
    role: Role = Role.ADMIN
    """Of the key that edits."""


@dataclass(frozen=True, slots=True)
class SavedCampaign:
    """A campaign after an edit, and the run switches that a stale copy did not turn back."""

    settings: CampaignSettings
    kept: tuple[str, ...] = ()


def create_campaign(
    store: RecordStore,
    *,
    queue: JobQueue,
    wakeups: Wakeups,
    edit: CampaignEdit,
    now: DateTime,
    new_id: Callable[[], UUID],
) -> SavedCampaign:
    """Add a campaign; one without a carrier gets the tenant's only carrier, if there is exactly one.

    Raises ``OverCap`` when the tenant has no more campaigns left.
    """
    if _dials(edit.changes):
        wakeups.check()
    with store.transaction() as tx:
        tx.tenants.lock(edit.tenant.id)  # so that two requests cannot both take the last place under the cap
        own, used = tx.tenant_caps.own(edit.tenant.id), tx.tenant_caps.used(edit.tenant.id, Cap.CAMPAIGNS)
        check_cap(Cap.CAMPAIGNS, own=own, defaults=edit.caps, used=used)
        if edit.changes.get("carrier_uuid") is None:
            found = tx.carriers.only_one(edit.tenant.id)
            edit = replace(edit, changes={**edit.changes, "carrier_uuid": found})
        _find_what_it_uses(tx, edit)
        created = changed(_blank(edit, now=now), edit, now=now, new_run_id=RunId(new_id()))
        _check_caller_id(tx, created, edit=edit)
        _ask_for_plans(tx, {created.carrier_uuid}, queue=queue, now=now)
        tx.campaigns.add(created)
        hide_as_wanted(tx, before=_blank(edit, now=now), after=created, now=now)
        _close_leads_in_time(tx, created, before=None, now=now)
    return SavedCampaign(created)


def save_campaign(
    store: RecordStore,
    *,
    queue: JobQueue,
    wakeups: Wakeups,
    edit: CampaignEdit,
    now: DateTime,
    new_id: Callable[[], UUID],
) -> SavedCampaign:
    """Change what was sent and nothing else; a refused edit changes nothing at all.

    Raises ``Unavailable`` for an edit that starts dialling while the broker is down. Every other edit is accepted: what
    it forbids is forbidden at the very next dial, which asks only the store.

    The tenant's lock keeps the campaign's carrier the same until the carrier is locked, which comes before the
    campaign.
    """
    if _sets_dialling(store, edit):
        wakeups.check()
    with store.transaction() as tx:
        return apply_edit(tx, queue=queue, edit=edit, now=now, new_id=new_id)


def apply_edit(
    tx: RecordTransaction, *, queue: JobQueue, edit: CampaignEdit, now: DateTime, new_id: Callable[[], UUID]
) -> SavedCampaign:
    """Change the campaign in this transaction; what it asks for is sent after the commit."""
    tx.tenants.lock(edit.tenant.id)
    carrier_id = tx.campaigns.get(edit.tenant.id, edit.campaign_id).carrier_uuid
    _find_what_it_uses(tx, edit)
    _ask_for_plans(tx, {carrier_id, edit.changes.get("carrier_uuid")}, queue=queue, now=now)
    before = tx.campaigns.lock(edit.tenant.id, edit.campaign_id)
    check_revision(before.revision, edit.copy)
    kept = kept_switches(before, edit.changes, copy=edit.copy)
    edit = _without(edit, kept)
    after = changed(before, edit, now=now, new_run_id=RunId(new_id()))
    if after.status is not before.status or after.carrier_uuid != before.carrier_uuid:
        _check_caller_id(tx, after, edit=edit)
    tx.campaigns.save(after)
    hide_as_wanted(tx, before=before, after=after, now=now)
    _close_leads_in_time(tx, after, before=before.lead_expired_at, now=now)
    return SavedCampaign(after, kept)


def changed(before: CampaignSettings, edit: CampaignEdit, *, now: DateTime, new_run_id: RunId) -> CampaignSettings:
    """Return the campaign after the edit, one revision later; raises what is wrong with it as a whole."""
    zone = edit.tenant.timezone
    changes: CampaignChanges = {
        **edit.changes,
        "network": {**before.network, **edit.changes.get("network", {})},
        "extras": {**before.extras, **edit.changes.get("extras", {})},
    }
    wanted = changes.pop("status", None)
    after = replace(before, **changes, revision=before.revision + 1, updated_at=now)
    if wanted is not None:
        steered = steer(to_campaign(after, zone=zone), to=wanted, now=now, new_run_id=new_run_id)
        after = replace(after, status=steered.status, run_id=steered.run_id, resume_at=steered.resume_at)
    elif after.status is Status.PAUSE and to_windows(after, zone=zone) != to_windows(before, zone=zone):
        after = replace(after, resume_at=to_windows(after, zone=zone).next_opening(now))
    if (after.status, after.active) != (before.status, before.active):
        later = max(now, before.updated_at + MICROSECOND)  # a copy of the state before must be older than this
        after = replace(after, updated_at=later, steered_at=later)
    _check_fields(after)
    _check_numbers(before, after, role=edit.role)
    _check_run(before, after)
    return after


def _without(edit: CampaignEdit, kept: tuple[str, ...]) -> CampaignEdit:
    changes = edit.changes.copy()
    if "status" in kept:
        changes.pop("status", None)
    if "active" in kept:
        changes.pop("active", None)
    return replace(edit, changes=changes)


def _sets_dialling(store: RecordStore, edit: CampaignEdit) -> bool:
    if edit.changes.get("status") is not Status.START and not edit.changes.get("active"):
        return False
    with store.reading() as tx:
        before = tx.campaigns.get(edit.tenant.id, edit.campaign_id)
    now: CampaignChanges = {"status": before.status, "active": before.active}
    return _dials({**now, **edit.changes}) and not _dials(now)


def _dials(settings: CampaignChanges) -> bool:
    return settings.get("status") is Status.START and settings.get("active", True)


def _blank(edit: CampaignEdit, *, now: DateTime) -> CampaignSettings:
    return CampaignSettings(
        campaign_uuid=edit.campaign_id,
        tenant_id=edit.tenant.id,
        campaign_name="",
        type=AUTOCALL,
        revision=0,
        network={network.value: 0 for network in Network},
        extras=DEFAULT_EXTRAS,
        created_at=now,
        updated_at=now,
    )


def _find_what_it_uses(tx: RecordTransaction, edit: CampaignEdit) -> None:
    carrier_id, template_id = edit.changes.get("carrier_uuid"), edit.changes.get("template_uuid")
    if carrier_id is not None:
        with _missing_named("carrier is not found"):
            tx.carriers.get(edit.tenant.id, carrier_id)
    if template_id is not None:
        with _missing_named("template is not found"):
            tx.templates.get(edit.tenant.id, template_id)


@contextmanager
def _missing_named(message: str) -> Iterator[None]:
    try:
        yield
    except NotFound as error:
        raise Invalid(message) from error


def _ask_for_plans(
    tx: RecordTransaction, carrier_ids: set[CarrierId | None], *, queue: JobQueue, now: DateTime
) -> None:
    """Ask for plans of the carriers after the commit; the tick plans them if the message is lost."""
    these = sorted(carrier_id for carrier_id in carrier_ids if carrier_id is not None)
    tx.carriers.wake(these, at=now)
    for carrier_id in these:
        tx.after_commit(partial(queue.plan_carrier, carrier_id))


def _close_leads_in_time(
    tx: RecordTransaction, after: CampaignSettings, *, before: DateTime | None, now: DateTime
) -> None:
    """Put a backfill that closes the leads when they expire; until it has run, no dial takes an expired lead."""
    expires_at = after.lead_expired_at
    if expires_at is not None and expires_at != before:
        backfill = Backfill(
            after.tenant_id, BackfillKind.EXPIRE_CAMPAIGN, str(after.campaign_uuid), due_at=max(now, expires_at)
        )
        tx.backfills.put(backfill)


def _check_caller_id(tx: RecordTransaction, after: CampaignSettings, *, edit: CampaignEdit) -> None:
    """Reject a run over a carrier that has no number for the callee to see."""
    if after.status is not Status.START or after.carrier_uuid is None:
        return
    carrier = tx.carriers.get(edit.tenant.id, after.carrier_uuid)
    if why_no_caller_id(to_campaign(after, zone=edit.tenant.timezone), carrier) is not None:
        raise Invalid("caller_id of the carrier is missing")


def _check_fields(after: CampaignSettings) -> None:
    problems = []
    if after.schedule_recall == "minute" and after.schedule_recall_duration < 1:
        problems.append(Problem("schedule_recall_duration", "Must be greater than or equal to 1"))
    hopper = after.extras.get("hopper")
    if after.type == AUTODIALER and isinstance(hopper, int):
        if hopper < SMALLEST_HOPPER:
            problems.append(Problem("hopper", f"Must be greater than or equal to {SMALLEST_HOPPER}"))
        if hopper > LARGEST_HOPPER:
            problems.append(Problem("hopper", f"Must be less than or equal to {LARGEST_HOPPER}"))
    if problems:
        raise InvalidFields(tuple(problems))


def _check_numbers(before: CampaignSettings, after: CampaignSettings, *, role: Role) -> None:
    """Reject an edit by which a key gets to see numbers that are hidden from it."""
    if not before.hides_numbers or includes(role, SEES_NUMBERS):
        return
    if not after.hides_numbers:
        raise Forbidden(f"{HIDES_NUMBERS} can be switched off with the role {SEES_NUMBERS} only")
    if (before.callback_url, before.answer_callback_url) != (after.callback_url, after.answer_callback_url):
        raise Forbidden(f"callbacks carry whole numbers: with {HIDES_NUMBERS} their URLs need the role {SEES_NUMBERS}")


def _check_run(before: CampaignSettings, after: CampaignSettings) -> None:
    """Reject a run that could call nobody, or that would call people in a way that this release cannot."""
    if after.status is Status.STOP:
        return
    if after.type != AUTOCALL:
        raise Invalid("only a campaign of type autocall can run")
    if after.template_uuid is None:  # also after an edit during a run: a callee must not hear silence
        raise Invalid("template_uuid is missing")
    if after.status is before.status:
        return
    if not after.active:
        raise Invalid("campaign is not active")
    if after.carrier_uuid is None:
        raise Invalid("carrier_uuid is missing")
