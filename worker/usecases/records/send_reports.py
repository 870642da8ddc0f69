"""Send the daily reports that are due, by mail or to the callbacks: at least once, retried, and given up visibly."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_text import body_text
from worker.domain.callback_url import host_of
from worker.domain.campaign_report.report import CampaignReport
from worker.domain.campaign_report.report_body import report_body
from worker.domain.campaign_report.saying import Saying
from worker.domain.errors import NotFound, Rejected, Unavailable
from worker.domain.ids import DeliveryId
from worker.domain.report_subscription import Channel, GivenUp, TryAgainAt, day_before, decide_mail
from worker.domain.retry import DeliveryState
from worker.domain.timing import REPORT_LEASE
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.outbox import Delivery
from worker.ports.records.mails import Mail, MailSender
from worker.ports.records.report_files import ReportWriter
from worker.ports.records.report_subscriptions import DailyReport, ReportSubscription
from worker.ports.records.store import RecordStore
from worker.usecases.outbox.write_callbacks import write_callbacks
from worker.usecases.records.report_campaign import CampaignReportAsked, report_campaign

logger = logging.getLogger(__name__)

AT_ONCE: Final = 10
"""Reports of one task; another one is asked for if more are due, so that callbacks have their turn."""
LONGEST_ERROR: Final = 300
"""Letters of a reason that are stored; a mail server may answer with pages."""
_GONE: Final = "the campaign was deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Postman:
    """What reports are sent with."""

    store: RecordStore
    queue: JobQueue
    files: ReportWriter
    mails: MailSender
    clock: Clock


def send_reports(postman: Postman) -> None:
    """Send reports that are due; no transaction is open while the mail server is spoken with.

    A process that is killed in between leaves the report to the next one, after its lease.
    """
    for _ in range(AT_ONCE):
        now = postman.clock.now()
        with postman.store.transaction() as tx:
            claimed = tx.report_subscriptions.claim(now=now, until=now + REPORT_LEASE)
        if claimed is None:
            return
        daily, subscription = claimed
        try:
            callbacks = _sent(postman, daily, subscription)
            result = replace(daily, state=DeliveryState.DELIVERED, last_error="")
        except (Rejected, Unavailable) as error:
            callbacks, result = [], _failed(daily, error, now=postman.clock.now())
        with postman.store.transaction() as tx:
            write_callbacks(tx, callbacks, [], queue=postman.queue, now=postman.clock.now())
            tx.report_subscriptions.record(result, now=postman.clock.now())
    postman.queue.send_reports()


def _sent(postman: Postman, daily: DailyReport, subscription: ReportSubscription) -> Sequence[Delivery]:
    """Send a mail, or return the callback to be written; raises as the mail server answers."""
    report = _made(postman, daily, subscription)
    match subscription.channel:
        case Channel.MAIL:
            mail = _mail_of(daily, subscription, report, files=postman.files)
            postman.mails.send(mail, now=postman.clock.now())
            extra = {"action": "report_mailed", "report_id": daily.id, "attempt": daily.attempt, "day": daily.day}
            logger.info("report mailed", extra=extra)
            return []
        case Channel.WEBHOOK:
            return [_callback_of(daily, subscription, report)]
        case never:
            assert_never(never)


def _made(postman: Postman, daily: DailyReport, subscription: ReportSubscription) -> CampaignReport:
    """Return the report of its day, as it is counted now."""
    with postman.store.reading() as tx:
        tenant = tx.tenants.get(daily.tenant_id)
    day = day_before(daily.due_at, zone=tenant.timezone)
    asked = CampaignReportAsked(campaign_id=subscription.campaign_id, start=day.start, end=day.end)
    try:
        return report_campaign(postman.store, tenant=tenant, asked=asked, now=postman.clock.now())
    except NotFound as error:
        raise Rejected(_GONE) from error


def _failed(daily: DailyReport, error: Rejected | Unavailable, *, now: DateTime) -> DailyReport:
    text = str(error)[:LONGEST_ERROR]
    extra: dict[str, object] = {"report_id": daily.id, "attempt": daily.attempt, "day": daily.day, "why": text}
    match decide_mail(attempt=daily.attempt, is_hopeless=isinstance(error, Rejected), now=now):
        case TryAgainAt(moment):
            logger.warning("report not sent; it is tried again", extra={"action": "report_put_off", **extra})
            return replace(daily, next_at=moment, last_error=text)
        case GivenUp():
            logger.error("report not sent; it is given up", extra={"action": "report_given_up", **extra})
            return replace(daily, state=DeliveryState.DEAD, last_error=text)
        case never:
            assert_never(never)


def _callback_of(daily: DailyReport, subscription: ReportSubscription, report: CampaignReport) -> Delivery:
    return Delivery(
        id=DeliveryId(daily.id),
        tenant_id=daily.tenant_id,
        campaign_id=subscription.campaign_id,
        call_id=None,
        event=CallbackEvent.CAMPAIGN_REPORT,
        url=subscription.address,
        host=host_of(subscription.address),
        body=body_text(report_body(report, day=daily.day), own={}),
    )


def _mail_of(
    daily: DailyReport, subscription: ReportSubscription, report: CampaignReport, *, files: ReportWriter
) -> Mail:
    say = Saying(subscription.language, report.zone)
    lines = [
        report.name,
        say.period(report),
        "",
        f"{say.text('calls')}: {say.number(report.calls)}",
        f"{say.text('answered')}: {say.number(report.answered)} ({say.share(report.answered, report.calls)})",
        f"{say.text('remaining')}: {say.number(report.leads.remaining)}",
    ]
    return Mail(
        key=str(daily.id),
        to=subscription.address,
        subject=f"{say.text('report')}: {report.name}, {daily.day}",
        text="\n".join(lines) + "\n",
        file=files.write(report, form=subscription.form, language=subscription.language),
    )
