"""How an operator finds callbacks that were given up, and sends them again."""

from collections.abc import Sequence
from uuid import UUID

import typer

from worker.cli.bootstrap import acting_on, opened, operators_services
from worker.cli.campaign_facts import moment
from worker.cli.columns import print_json, print_rows
from worker.domain.date_range import to_date_range
from worker.domain.errors import Invalid
from worker.domain.ids import DeliveryId
from worker.domain.json_value import Json
from worker.domain.retry import DeliveryState
from worker.ports.callbacks.records import CallbackFilter, CallbackRecord
from worker.ports.paging import Slice
from worker.ports.records.entities import Tenant
from worker.store.transaction import SqlStore
from worker.usecases.callbacks import queries
from worker.usecases.callbacks.replay_callbacks import replay_callback, replay_callbacks
from worker.usecases.records.find_by_name import find_campaign
from worker.usecases.records.keep_api_keys import tenant_named
from worker.wiring import settings


def show_dead(tenant: str, campaign: str | None, since: str, until: str, *, most: int, as_json: bool) -> None:
    """Print the callbacks that were given up, newest first."""
    with opened(settings()) as store:
        owner = tenant_named(store, tenant)
        wanted = _dead(store, owner, campaign, since, until)
        found = queries.list_callbacks(store, tenant_id=owner.id, part=Slice(limit=most), wanted=wanted)
    facts = [_facts(one, owner) for one in found.rows]
    if as_json:
        print_json([*facts])
    else:
        shown = ("id", "created_at", "event", "call_id", "attempt", "last_status", "last_error", "url")
        rows = [["" if one[name] is None else str(one[name]) for name in shown] for one in facts]
        print_rows(("id", "created", "event", "call", "attempts", "answer", "error", "url"), rows)
    if found.total > len(facts):
        typer.echo(f"{found.total - len(facts)} more are not shown: see --most", err=True)


def replay(ids: Sequence[str], tenant: str, campaign: str | None, since: str, until: str, *, as_json: bool) -> None:
    """Send callbacks again, and print how many."""
    parts = operators_services()
    owner = tenant_named(parts.store, tenant)
    store, now = acting_on(parts, tenant=owner).store, parts.clock.now()
    named = [_id(text) for text in ids]
    for one in named:
        replay_callback(store, queue=parts.queue, tenant_id=owner.id, delivery_id=one, now=now)
    count = len(named)
    if not named:
        wanted = _dead(store, owner, campaign, since, until)
        count = replay_callbacks(store, queue=parts.queue, tenant_id=owner.id, wanted=wanted, now=now)
    if as_json:
        print_json({"replayed": count})
    else:
        typer.echo(f"replayed: {count} callbacks")


def _dead(store: SqlStore, owner: Tenant, campaign: str | None, since: str, until: str) -> CallbackFilter:
    found = None if campaign is None else find_campaign(store, tenant=owner, reference=campaign)
    return CallbackFilter(
        campaign_id=None if found is None else found.settings.campaign_uuid,
        state=DeliveryState.DEAD,
        created_from=to_date_range("--from", since, zone=owner.timezone).start,
        created_before=to_date_range("--to", until, zone=owner.timezone).end,
    )


def _facts(one: CallbackRecord, owner: Tenant) -> dict[str, Json]:
    """Return a callback under the names that the API has, without its body."""
    return {
        "id": str(one.id),
        "campaign_uuid": "" if one.campaign_id is None else str(one.campaign_id),
        "call_id": "" if one.call_id is None else str(one.call_id),
        "event": one.event.value,
        "url": one.url,
        "state": one.state.value,
        "attempt": one.attempt,
        "last_status": one.last_status,
        "last_error": one.last_error,
        "created_at": moment(one.created_at, zone=owner.timezone),
        "updated_at": moment(one.updated_at, zone=owner.timezone),
    }


def _id(text: str) -> DeliveryId:
    try:
        return DeliveryId(UUID(text))
    except ValueError as error:
        raise Invalid(f"{text} is no id of a callback, as `callbeat callbacks dead` shows it") from error
