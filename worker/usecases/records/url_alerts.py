"""Send to a tenant's other subscriptions that one of its callback URLs fails, and that it is well again."""

from typing import Final

from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_url import UrlStanding
from worker.domain.json_value import Json
from worker.domain.url_alert import is_alarming, is_well, url_alert_body
from worker.ports.records.alerts import Alert, Watchers
from worker.usecases.records.alert_sender import AlertSender

FAILING: Final = CallbackEvent.CALLBACK_URL_FAILING
LOOKED_AT: Final = 200
"""URLs that are new among the failing ones, and URLs whose alert is out, that one sweep looks at."""
WELL: Final = UrlStanding()


def tell_failing_urls(sender: AlertSender, *, watchers: Watchers) -> None:
    """Send which URLs are shut or disabled, and which no longer are."""
    tx, now = sender.tx, sender.now
    known = {alert.key: alert for alert in tx.alerts.of(FAILING, limit=LOOKED_AT)}
    tx.alerts.remove([alert for (tenant_id, _), alert in known.items() if tenant_id not in watchers])
    known = {key: alert for key, alert in known.items() if key[0] in watchers}
    standings = tx.alerts.standings(known)
    for key, alert in known.items():
        standing = standings.get(key, WELL)
        if is_well(standing):
            sender.clear(alert, _body(alert, standing, sender=sender, watchers=watchers))
    for (tenant_id, url), standing in tx.alerts.failing_urls(watchers, limit=LOOKED_AT).items():
        if is_alarming(standing, now=now):
            alert = Alert(event=FAILING, tenant_id=tenant_id, subject=url, since=standing.failing_since or now)
            sender.tell(alert, _body(alert, standing, sender=sender, watchers=watchers))


def _body(alert: Alert, standing: UrlStanding, *, sender: AlertSender, watchers: Watchers) -> dict[str, Json]:
    watcher = watchers[alert.tenant_id]
    return url_alert_body(
        alert.subject, standing=standing, since=alert.since, domain=watcher.domain, zone=watcher.zone, now=sender.now
    )
