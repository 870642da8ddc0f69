"""Send to subscriptions that a campaign's run has nobody left to call, once for each run."""

from collections.abc import Collection

from worker.domain.callback_event import CallbackEvent
from worker.domain.campaign_alert import CampaignAlert
from worker.domain.campaign_settings import to_campaign
from worker.domain.ids import CampaignId
from worker.domain.reason import Reason, Why, why_not_run
from worker.ports.records.alerts import Alert, WatchedRun, Watcher, Watchers
from worker.usecases.records.alert_sender import AlertSender


def tell_finished(sender: AlertSender, campaign_ids: Collection[CampaignId], *, watchers: Watchers) -> None:
    """Send which of the campaigns have finished; a run that ended before the first subscription is only noted."""
    if not watchers:
        return
    for run in sender.tx.alerts.finished(campaign_ids, now=sender.now):
        watcher = watchers.get(run.settings.tenant_id)
        if watcher is None or run.last_ended_at is None:
            continue
        alert = Alert(
            event=CallbackEvent.CAMPAIGN_FINISHED,
            tenant_id=watcher.tenant_id,
            subject=str(run.settings.campaign_uuid),
            since=run.last_ended_at,
            run_id=run.settings.run_id,
        )
        if run.last_ended_at < watcher.since:
            sender.tx.alerts.put([alert])
            continue
        told = _told(run, watcher=watcher, sender=sender, alert=alert)
        sender.tell(alert, told.body(now=sender.now), campaign_id=told.campaign_id)


def _told(run: WatchedRun, *, watcher: Watcher, sender: AlertSender, alert: Alert) -> CampaignAlert:
    settings = run.settings
    refusal = why_not_run(to_campaign(settings, zone=watcher.zone), now=sender.now)
    is_expired = refusal is not None and refusal.reason is Reason.EXPIRED
    return CampaignAlert(
        event=alert.event,
        campaign_id=settings.campaign_uuid,
        campaign_name=settings.campaign_name,
        run_id=settings.run_id,
        domain=watcher.domain,
        zone=watcher.zone,
        since=alert.since,
        last_dialled_at=run.last_dialled_at,
        why=(Why(Reason.EXPIRED if is_expired else Reason.NOTHING_LEFT),),
    )
