"""How an operator reads and creates lists of leads."""

from collections.abc import Iterator
from typing import Final

import typer
from uuid_utils.compat import uuid7

from worker.cli.audited import act_of_command
from worker.cli.bootstrap import opened
from worker.cli.columns import print_json, print_rows
from worker.domain.ids import ListId
from worker.domain.json_value import Json
from worker.domain.text import plain_name
from worker.ports.paging import Slice
from worker.ports.records.audit import Subject
from worker.ports.records.entities import ListRecord, Tenant
from worker.store.transaction import SqlStore
from worker.usecases.records import queries
from worker.usecases.records.find_by_name import find_campaign
from worker.usecases.records.keep_api_keys import tenant_named
from worker.usecases.records.save_list import create_list as add_list
from worker.wiring import clock_of, settings

TOGETHER: Final = 1000
LONGEST_NAME: Final = 255


def show_lists(tenant: str, campaign: str | None, *, as_json: bool) -> None:
    """Print a tenant's lists, or those of one campaign."""
    with opened(settings()) as store:
        owner = tenant_named(store, tenant)
        only = None if campaign is None else find_campaign(store, tenant=owner, reference=campaign).settings
        found = [one for one in _all(store, owner) if only is None or one.campaign_id == only.campaign_uuid]
    _print(found, as_json=as_json)


def create_list(name: str, campaign: str, tenant: str, *, as_json: bool) -> None:
    """Create a list, and print it."""
    called = plain_name(name)
    if not called or len(called) > LONGEST_NAME:
        raise typer.BadParameter(f"expected a name of up to {LONGEST_NAME} characters")
    chosen = settings()
    with opened(chosen) as store:
        owner = tenant_named(store, tenant)
        home = find_campaign(store, tenant=owner, reference=campaign).settings
        now = clock_of(store).now()
        new = ListRecord(
            id=ListId(uuid7()),
            tenant_id=owner.id,
            campaign_id=home.campaign_uuid,
            name=called,
            description="",
            active=True,
            created_at=now,
            updated_at=now,
            campaign_name=home.campaign_name,
        )
        act = act_of_command(tenant_id=owner.id, subject=Subject(table="lists", id=new.id))
        add_list(store.acting(act), new, caps=chosen.tenant_caps)
    _print([new], as_json=as_json)


def _all(store: SqlStore, owner: Tenant) -> Iterator[ListRecord]:
    at = 0
    while rows := queries.list_lists(store, tenant=owner, part=Slice(TOGETHER, at)).rows:
        yield from rows
        at += len(rows)


def _print(found: list[ListRecord], *, as_json: bool) -> None:
    if as_json:
        print_json([_facts(one) for one in found])
        return
    rows = [
        (one.name, one.campaign_name, "yes" if one.active else "no", str(one.total_leads), str(one.id)) for one in found
    ]
    print_rows(("list", "campaign", "active", "leads", "id"), rows)


def _facts(one: ListRecord) -> dict[str, Json]:
    return {
        "list_uuid": str(one.id),
        "list_name": one.name,
        "campaign_uuid": str(one.campaign_id),
        "campaign_name": one.campaign_name,
        "active": one.active,
        "total_leads": one.total_leads,
    }
