"""Send to the operator's subscriptions that no listener hears a switch, and that one hears it again."""

from typing import Final

from worker.domain.callback_event import CallbackEvent
from worker.domain.gateway_access import OPERATORS_TENANT
from worker.domain.json_value import Json
from worker.domain.switch import SwitchState
from worker.domain.switch_alert import switch_alert_body
from worker.domain.timing import SWITCH_GONE_AFTER
from worker.ports.records.alerts import Alert, Watcher, Watchers
from worker.usecases.records.alert_sender import AlertSender

GONE: Final = CallbackEvent.SWITCH_GONE
KNOWN_AT_MOST: Final = 500


def tell_gone_switches(sender: AlertSender, *, watchers: Watchers) -> None:
    """Watch the switches that nobody hears; send which have been so for long, and which no longer are.

    A switch that the operator removed is not missed. Other tenants are told nothing, whatever they subscribed to.
    """
    tx, now = sender.tx, sender.now
    known = {alert.key: alert for alert in tx.alerts.of(GONE, limit=KNOWN_AT_MOST)}
    watcher = next((one for one in watchers.values() if one.domain == OPERATORS_TENANT), None)
    if watcher is None:
        tx.alerts.remove(list(known.values()))
        return
    heard = tx.leader_leases.listeners(now=now)
    unheard = {
        (watcher.tenant_id, one.name)
        for one in tx.switches.all()
        if one.state is not SwitchState.GONE and one.name not in heard
    }
    for key, alert in known.items():
        if key not in unheard and alert.raised_at is not None:
            sender.clear(alert, _body(alert, is_cleared=True, watcher=watcher, sender=sender))
        elif key not in unheard:
            tx.alerts.remove([alert])
        elif alert.raised_at is None and alert.since <= now - SWITCH_GONE_AFTER:
            sender.tell(alert, _body(alert, is_cleared=False, watcher=watcher, sender=sender))
    new = sorted(unheard - known.keys())
    tx.alerts.put([Alert(event=GONE, tenant_id=tenant, subject=name, since=now) for tenant, name in new])


def _body(alert: Alert, *, is_cleared: bool, watcher: Watcher, sender: AlertSender) -> dict[str, Json]:
    return switch_alert_body(
        alert.subject,
        since=alert.since,
        is_cleared=is_cleared,
        domain=watcher.domain,
        zone=watcher.zone,
        now=sender.now,
    )
