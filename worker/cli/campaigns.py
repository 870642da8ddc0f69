"""How an operator reads campaigns, starts, pauses and stops them."""

from collections.abc import Iterator
from typing import Final

from worker.cli.bootstrap import acting_on, opened, operators_services
from worker.cli.campaign_facts import campaign_facts, moment, progress_facts, reason_facts, settings_facts, why_facts
from worker.cli.columns import print_facts, print_json, print_rows
from worker.domain.campaign import Status
from worker.domain.campaign_settings import CampaignChanges, CampaignSettings
from worker.domain.errors import Conflict, Invalid
from worker.domain.json_value import Json
from worker.domain.reason import Why
from worker.ports.paging import Slice
from worker.ports.records.audit import Subject
from worker.ports.records.entities import CampaignFilter, NamedCampaign, Tenant
from worker.store.transaction import SqlStore
from worker.usecases.records import queries
from worker.usecases.records.explain import explain_campaign
from worker.usecases.records.find_by_name import find_campaign
from worker.usecases.records.keep_api_keys import tenant_named
from worker.usecases.records.save_campaign import CampaignEdit, save_campaign
from worker.wiring import clock_of, settings

TOGETHER: Final = 1000


def show_campaigns(tenant: str, status: str | None, *, as_json: bool) -> None:
    """Print a tenant's campaigns, newest first."""
    with opened(settings()) as store:
        owner = tenant_named(store, tenant)
        found = [one for one in _all(store, owner) if status in {None, one.settings.status.value}]
    if as_json:
        print_json([campaign_facts(one, zone=owner.timezone) for one in found])
        return
    rows = [
        (
            one.settings.campaign_name,
            one.settings.status.value,
            "yes" if one.settings.active else "no",
            str(one.settings.concurrent_call),
            one.carrier_name,
            one.template_name,
            str(one.settings.campaign_uuid),
        )
        for one in found
    ]
    print_rows(("campaign", "status", "active", "calls at once", "carrier", "template", "id"), rows)


def show_campaign(campaign: str, tenant: str, *, as_json: bool) -> None:
    """Print a campaign's settings, and how far it is."""
    with opened(settings()) as store:
        owner = tenant_named(store, tenant)
        found = find_campaign(store, tenant=owner, reference=campaign)
        _, statistics = queries.monitor_campaign(store, tenant=owner, campaign_id=found.settings.campaign_uuid)
    facts = {**campaign_facts(found, zone=owner.timezone), **progress_facts(statistics)}
    if as_json:
        print_json(facts)
    else:
        print_facts({name: _text(value) for name, value in facts.items()})


def steer_campaign(campaign: str, tenant: str, status: str, *, as_json: bool) -> None:
    """Set a campaign's status, as ``PUT`` does, and print what it is then."""
    parts = operators_services()
    owner = tenant_named(parts.store, tenant)
    found = find_campaign(parts.store, tenant=owner, reference=campaign)
    campaign_id = found.settings.campaign_uuid
    parts = acting_on(parts, tenant=owner, subject=Subject(table="campaigns", id=campaign_id))
    changes = CampaignChanges(status=Status(status))
    try:
        saved = save_campaign(
            parts.store,
            queue=parts.queue,
            wakeups=parts.wakeups,
            edit=CampaignEdit(tenant=owner, campaign_id=campaign_id, changes=changes),
            now=parts.clock.now(),
            new_id=parts.new_id,
        ).settings
    except Invalid as error:  # the command is right; the campaign is not ready for it
        raise Conflict(str(error)) from error
    _print_status(saved, owner=owner, as_json=as_json)


def explain(campaign: str, tenant: str, *, as_json: bool) -> None:
    """Print whether a campaign is dialled now, and why not, or not more."""
    with opened(settings()) as store:
        owner = tenant_named(store, tenant)
        campaign_id = find_campaign(store, tenant=owner, reference=campaign).settings.campaign_uuid
        now = clock_of(store).now()
        found = explain_campaign(store, tenant=owner, campaign_id=campaign_id, now=now)
    facts = why_facts(found, at=now, zone=owner.timezone)
    if as_json:
        print_json(facts)
        return
    shown = ("status", "dialling", "in_use", "queued", "limit", "next_window", "next_due_at")
    print_facts({name: _text(facts[name]) for name in shown})
    if found.reasons:
        rows = [_reason(why, zone=owner.timezone) for why in found.reasons]
        print_rows(("reason", "facts", "meaning"), rows)


def _reason(why: Why, *, zone: str) -> tuple[str, str, str]:
    facts = reason_facts(why, zone=zone)
    code, message = str(facts.pop("code")), str(facts.pop("message"))
    return code, " ".join(f"{name}={_text(fact)}" for name, fact in facts.items()), message


def _print_status(saved: CampaignSettings, *, owner: Tenant, as_json: bool) -> None:
    if as_json:
        print_json(settings_facts(saved, zone=owner.timezone))
        return
    resumes = "-" if saved.resume_at is None else moment(saved.resume_at, zone=owner.timezone)
    row = (saved.campaign_name, saved.status.value, "yes" if saved.active else "no", resumes)
    print_rows(("campaign", "status", "active", "resumes"), [row])


def _all(store: SqlStore, tenant: Tenant) -> Iterator[NamedCampaign]:
    offset = 0
    while True:
        page = queries.list_campaigns(
            store, tenant=tenant, part=Slice(limit=TOGETHER, offset=offset), wanted=CampaignFilter()
        )
        yield from page.rows
        offset += len(page.rows)
        if len(page.rows) < TOGETHER:
            return


def _text(value: Json) -> str:
    """Return JSON for a cell: lists and objects in one line."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ",".join(map(_text, value))
        case dict():
            return " ".join(f"{name}={_text(inner)}" for name, inner in value.items())
        case _:
            return str(value)
