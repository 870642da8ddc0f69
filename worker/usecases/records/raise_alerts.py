"""Send alerts about what lasts, each once until it clears: standstills, finished runs, failing URLs, lost switches."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from pendulum import DateTime, Duration

from worker.domain.callback_event import CallbackEvent
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.store import RecordStore
from worker.usecases.records.alert_sender import AlertSender
from worker.usecases.records.finished_alerts import tell_finished
from worker.usecases.records.stalled_alerts import Part, tell_stalled
from worker.usecases.records.switch_alerts import tell_gone_switches
from worker.usecases.records.url_alerts import tell_failing_urls

LOOKED_AT: Final = 100
"""Campaigns that one sweep looks at; the next one goes on with those that follow."""
STALLED_AFTER: Final = Duration(minutes=5)


def raise_alerts(
    store: RecordStore,
    *,
    queue: JobQueue,
    stalled_after: Duration = STALLED_AFTER,
    now: DateTime,
    new_id: Callable[[], UUID],
) -> None:
    """Look at a part of the campaigns; send and clear alerts. One process at a time does this.

    Nothing is read or stored for tenants without a subscription to the alert.
    """
    with store.reading() as tx:
        if not tx.alerts.watchers():
            return
    with store.transaction() as tx:
        position = tx.alerts.lock()
        if position is None:
            return
        watchers = tx.alerts.watchers()
        sender = AlertSender(tx=tx, queue=queue, now=now, new_id=new_id)
        of_finished = watchers.get(CallbackEvent.CAMPAIGN_FINISHED, {})
        of_stalled = watchers.get(CallbackEvent.CAMPAIGN_STALLED, {})
        ids = tx.alerts.running({*of_finished, *of_stalled}, after=position, limit=LOOKED_AT)
        tell_finished(sender, ids, watchers=of_finished)
        last = str(ids[-1]) if len(ids) == LOOKED_AT else ""
        tell_stalled(sender, Part(ids, position, last), watchers=of_stalled, stalled_after=stalled_after)
        tell_failing_urls(sender, watchers=watchers.get(CallbackEvent.CALLBACK_URL_FAILING, {}))
        tell_gone_switches(sender, watchers=watchers.get(CallbackEvent.SWITCH_GONE, {}))
        tx.alerts.go_on_after(last)
