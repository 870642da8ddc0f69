"""How an operator sees who gets daily reports, and changes it."""

import re
from typing import Final
from uuid import UUID

import typer

from worker.cli.bootstrap import acting_on, opened, operators_services
from worker.cli.campaign_facts import moment
from worker.cli.columns import print_json, print_rows
from worker.domain.errors import Invalid
from worker.domain.json_value import Json
from worker.domain.language import Language
from worker.domain.report_subscription import Channel, is_mail_address, next_report_at
from worker.ports.records.report_files import ReportForm
from worker.ports.records.report_subscriptions import DailyReport, ReportSubscription
from worker.usecases.records.find_by_name import find_campaign
from worker.usecases.records.keep_api_keys import tenant_named
from worker.usecases.records.report_by_subscription import subscribe_to_report, unsubscribe_from_report
from worker.wiring import settings

LATEST: Final = 1_000
"""Daily reports among which the last one of each subscription is found."""


def show_subscriptions(tenant: str, *, as_json: bool) -> None:
    """Print the subscriptions, oldest first, each with its last report."""
    with opened(settings()) as store:
        owner = tenant_named(store, tenant)
        with store.reading() as tx:
            found = tx.report_subscriptions.of_tenant(owner.id)
            latest = tx.report_subscriptions.latest(owner.id, limit=LATEST)
    last = {report.subscription_id: report for report in reversed(latest)}
    facts = [_facts(one, last.get(one.id), zone=owner.timezone) for one in found]
    if as_json:
        print_json([*facts])
        return
    shown = ("id", "campaign_uuid", "address", "format", "language", "time", "last_day", "last_state", "last_error")
    heads = ("id", "campaign", "address", "format", "language", "time", "last day", "state", "error")
    print_rows(heads, [[str(one[name]) for name in shown] for one in facts])


def add_subscription(tenant: str, campaign: str, address: str, *, at: str, form: str, language: str) -> None:
    """Subscribe an address, and print the id."""
    parts = operators_services()
    owner = tenant_named(parts.store, tenant)
    store, now = acting_on(parts, tenant=owner).store, parts.clock.now()
    found = find_campaign(store, tenant=owner, reference=campaign)
    channel = _channel(address)
    if channel is Channel.WEBHOOK and (why := parts.why_never_sent(address)):
        raise Invalid(f"no callback can be sent there: {why}")
    if channel is Channel.MAIL and not parts.mails.is_set_up:
        raise Invalid("no mail can be sent: CALLBEAT_SMTP_URL is not set")
    minute = _minute(at)
    subscription = ReportSubscription(
        id=parts.new_id(),
        tenant_id=owner.id,
        campaign_id=found.settings.campaign_uuid,
        channel=channel,
        address=address,
        form=_form(form),
        language=_language(language),
        minute=minute,
        next_at=next_report_at(now, minute=minute, zone=owner.timezone),
    )
    subscribe_to_report(store, subscription, now=now, caps=parts.caps)
    typer.echo(str(subscription.id))


def remove_subscription(tenant: str, id_: str) -> None:
    """End a subscription."""
    parts = operators_services()
    owner = tenant_named(parts.store, tenant)
    try:
        named = UUID(id_)
    except ValueError as error:
        raise Invalid(f"{id_} is no id of a daily report, as `callbeat reports list` shows it") from error
    store = acting_on(parts, tenant=owner).store
    unsubscribe_from_report(store, tenant_id=owner.id, subscription_id=named, now=parts.clock.now())
    typer.echo(f"removed: {named}")


def _channel(address: str) -> Channel:
    if is_mail_address(address):
        return Channel.MAIL
    if address.lower().startswith(("http://", "https://")):
        return Channel.WEBHOOK
    raise Invalid(f"{address} is no mail address and no URL")


def _minute(at: str) -> int:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", at)
    if found is None:
        raise Invalid(f"--at must be a time such as 07:00, not {at}")
    return int(found[1]) * 60 + int(found[2])


def _form(text: str) -> ReportForm:
    if text not in set(ReportForm):
        raise Invalid(f"--format must be one of the following: {', '.join(ReportForm)}")
    return ReportForm(text)


def _language(text: str) -> Language:
    if text not in set(Language):
        raise Invalid(f"--language must be one of the following: {', '.join(Language)}")
    return Language(text)


def _facts(one: ReportSubscription, last: DailyReport | None, *, zone: str) -> dict[str, Json]:
    """Return a subscription under the names that the API has."""
    return {
        "id": str(one.id),
        "campaign_uuid": str(one.campaign_id),
        "channel": one.channel.value,
        "address": one.address,
        "format": one.form.value,
        "language": one.language.value,
        "time": f"{one.minute // 60:02}:{one.minute % 60:02}",
        "next_at": moment(one.next_at, zone=zone),
        "last_day": "" if last is None else last.day,
        "last_state": "" if last is None else last.state.value,
        "last_error": "" if last is None else last.last_error,
    }
