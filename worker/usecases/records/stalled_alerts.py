"""Send that a started campaign with due leads and an open window does not dial, and when that is over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from pendulum import DateTime, Duration

from worker.domain.callback_event import CallbackEvent
from worker.domain.campaign_alert import CampaignAlert
from worker.domain.campaign_settings import to_campaign
from worker.domain.ids import CampaignId, CarrierId, TenantId
from worker.domain.reason import Reason, Why, why_not_run
from worker.ports.records.alerts import Alert, WatchedRun, Watcher, Watchers
from worker.usecases.records.alert_sender import AlertSender
from worker.usecases.records.carrier_plans import CarrierPlans
from worker.usecases.records.explain import explain_each

STALLED: Final = CallbackEvent.CAMPAIGN_STALLED
QUIET_FOR: Final = Duration(minutes=1)
"""A campaign that dialled within this time is not watched, so that a busy one costs no row."""
EXPLAINED: Final = 50
"""Campaigns whose reasons one sweep works out, all from one plan; the next sweep sends further ones."""
KNOWN_AT_MOST: Final = 1000
"""Campaigns of all tenants that are watched at once."""


@dataclass(frozen=True, slots=True)
class Part:
    """The campaigns that one sweep looks at, and the ids between which it looked: ``last`` is empty at the end."""

    ids: Sequence[CampaignId]
    after: str
    last: str

    def covers(self, subject: str) -> bool:
        """Return True for a campaign of this part, also when it no longer runs."""
        return self.after < subject and (not self.last or subject <= self.last)


def tell_stalled(sender: AlertSender, part: Part, *, watchers: Watchers, stalled_after: Duration) -> None:
    """Watch those of the campaigns that stand still, send which have done so for long, and which no longer do.

    Standing still is noted first and sent later, since neither the window nor the leads say how long it has lasted.
    """
    tx, now = sender.tx, sender.now
    known = {alert.key: alert for alert in tx.alerts.of(STALLED, limit=KNOWN_AT_MOST)}
    if not (watchers or known):
        return
    still = _standing_still(sender, part.ids, watchers=watchers)
    over = [alert for key, alert in known.items() if part.covers(key[1]) and key not in still]
    _clear(sender, over, watchers=watchers)
    room = KNOWN_AT_MOST - len(known)
    new = [key for key in still if key not in known][:room]
    tx.alerts.put([Alert(event=STALLED, tenant_id=key[0], subject=key[1], since=now) for key in new])
    due = [
        (alert, still[key])
        for key, alert in known.items()
        if key in still and alert.raised_at is None and _since(alert, still[key]) <= now - stalled_after
    ]
    if due:
        _raise(sender, [one for one in due if _plan_of(one[1]) == _plan_of(due[0][1])][:EXPLAINED], watchers=watchers)


def _standing_still(
    sender: AlertSender, ids: Collection[CampaignId], *, watchers: Watchers
) -> dict[tuple[TenantId, str], WatchedRun]:
    """Return the campaigns that could dial now and do not, by the key of their alert."""
    tx, now = sender.tx, sender.now
    open_: dict[CampaignId, WatchedRun] = {}
    for run in tx.alerts.quiet(ids, dialled_before=now - QUIET_FOR):
        watcher = watchers.get(run.settings.tenant_id)
        if watcher is not None and _why_not(run, zone=watcher.zone, now=now) is None:
            open_[run.settings.campaign_uuid] = run
    due = tx.alerts.with_due_leads(open_, now=now) if open_ else set()
    return {(open_[one].settings.tenant_id, str(one)): open_[one] for one in sorted(due)}


def _why_not(run: WatchedRun, *, zone: str, now: DateTime) -> Why | None:
    if run.is_deleted:
        return Why(Reason.DELETED)
    return why_not_run(to_campaign(run.settings, zone=zone), now=now)


def _since(alert: Alert, run: WatchedRun) -> DateTime:
    return max(alert.since, run.last_dialled_at or alert.since)


def _plan_of(run: WatchedRun) -> tuple[TenantId, CarrierId | None]:
    """Return what the explanations of several campaigns share: one plan."""
    return run.settings.tenant_id, run.settings.carrier_uuid


def _raise(sender: AlertSender, due: Sequence[tuple[Alert, WatchedRun]], *, watchers: Watchers) -> None:
    """Send the alerts of campaigns of one tenant and carrier, which one plan explains."""
    tx, tenant_id = sender.tx, due[0][0].tenant_id
    found = explain_each(
        tx,
        tenant=tx.tenants.get(tenant_id),
        campaigns=[run.settings for _, run in due],
        live=tx.standings.overviews.live(tenant_id),
        plans=CarrierPlans(),
        now=sender.now,
    )
    for alert, run in due:
        campaign_id = run.settings.campaign_uuid
        why = found[campaign_id].reasons or (Why(Reason.DUE),)
        began = replace(alert, since=_since(alert, run), run_id=run.settings.run_id)
        told = _told(run, alert=began, watcher=watchers[tenant_id], why=why)
        sender.tell(began, told.body(now=sender.now), campaign_id=campaign_id)


def _clear(sender: AlertSender, over: Sequence[Alert], *, watchers: Watchers) -> None:
    told = [alert for alert in over if alert.raised_at is not None and alert.tenant_id in watchers]
    sender.tx.alerts.remove([alert for alert in over if alert not in told])
    if not told:
        return
    runs = sender.tx.alerts.runs([CampaignId(UUID(alert.subject)) for alert in told])
    for alert in told:
        campaign_id, watcher = CampaignId(UUID(alert.subject)), watchers[alert.tenant_id]
        refusal = _why_not(runs[campaign_id], zone=watcher.zone, now=sender.now)
        why = () if refusal is None else (refusal,)
        body = replace(_told(runs[campaign_id], alert=alert, watcher=watcher, why=why), is_cleared=True)
        sender.clear(alert, body.body(now=sender.now), campaign_id=campaign_id)


def _told(run: WatchedRun, *, alert: Alert, watcher: Watcher, why: Sequence[Why]) -> CampaignAlert:
    return CampaignAlert(
        event=STALLED,
        campaign_id=run.settings.campaign_uuid,
        campaign_name=run.settings.campaign_name,
        run_id=alert.run_id,
        domain=watcher.domain,
        zone=watcher.zone,
        since=alert.since,
        last_dialled_at=run.last_dialled_at,
        why=why,
    )
