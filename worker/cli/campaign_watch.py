"""Shows a campaign while it is dialled: live on a terminal, a line each time elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event

import typer

from worker.cli.bootstrap import opened
from worker.cli.campaign_facts import moment, sight_facts
from worker.cli.columns import print_json_line
from worker.domain.errors import Unavailable
from worker.ports.records.entities import Tenant
from worker.usecases.records.find_by_name import find_campaign
from worker.usecases.records.keep_api_keys import tenant_named
from worker.usecases.records.look_at_campaign import CampaignSight, look_at_campaign
from worker.wiring import clock_of, settings

Show = Callable[[CampaignSight], None]


def watch(campaign: str, tenant: str, *, every: float, until_finished: bool, as_json: bool) -> None:
    """Show a campaign until Ctrl-C, which ends the command well; a database that is away is waited for."""
    pause = Event()
    with opened(settings()) as store:
        owner = tenant_named(store, tenant)
        found = find_campaign(store, tenant=owner, reference=campaign).settings
        clock = clock_of(store)

        def look() -> CampaignSight:
            return look_at_campaign(store, tenant=owner, campaign_id=found.campaign_uuid, now=clock.now())

        with suppress(KeyboardInterrupt), _shown(found.campaign_name, owner=owner, as_json=as_json) as show:
            while not (_looked(look, show=show) and until_finished):
                pause.wait(every)


def _looked(look: Callable[[], CampaignSight], *, show: Show) -> bool:
    """Show the campaign once; return True when it is finished."""
    try:
        sight = look()
    except Unavailable as error:
        typer.echo(f"callbeat: {error}; it is asked again", err=True)
        return False
    show(sight)
    return sight.statistics.finished


@contextmanager
def _shown(name: str, *, owner: Tenant, as_json: bool) -> Iterator[Show]:
    """Yield what shows the campaign."""
    if as_json:
        yield lambda sight: print_json_line(sight_facts(sight, zone=owner.timezone))
    elif not sys.stdout.isatty():
        yield lambda sight: typer.echo(line(sight, zone=owner.timezone))
    else:
        from rich.live import Live  # noqa: PLC0415 - only terminals need it

        from worker.cli.campaign_picture import picture  # noqa: PLC0415 - as above

        with Live(auto_refresh=False) as live:
            yield lambda sight: live.update(picture(sight, name=name, zone=owner.timezone), refresh=True)


def line(sight: CampaignSight, *, zone: str) -> str:
    """Return the campaign as one line of ``name=value``."""
    found = sight.explanation
    facts = {
        "status": found.campaign.status.value,
        "dialling": "yes" if found.dialling else "no",
        "calls": found.in_use,
        "queued": found.queued,
        "limit": found.campaign.concurrent_call,
        "leads": sight.statistics.leads,
        "waiting": sight.waiting,
        "done": sight.done,
        "called": sight.statistics.calls,
        "reasons": ",".join(why.reason.value for why in found.reasons) or "-",
    }
    return " ".join([moment(sight.at, zone=zone), *(f"{name}={value}" for name, value in facts.items())])
