"""How an operator adds gateways, limits them, and grants them to tenants."""

import re
from collections.abc import Sequence

import typer

from worker.cli.bootstrap import opened
from worker.cli.columns import print_json, print_rows
from worker.clock import SystemClock
from worker.domain.gateway_access import CALLER_ID_PATTERN, GATEWAY_PATTERN, GatewayGrant
from worker.ports.records.gateways import GatewayRecord
from worker.usecases.records import keep_gateways
from worker.usecases.records.gateway_facts import facts_of
from worker.usecases.records.keep_gateways import GatewayChanges
from worker.wiring import settings


def show_gateways(name: str | None, *, as_json: bool) -> None:
    """Print gateways with their limits, live calls and grants."""
    with opened(settings()) as store:
        found = keep_gateways.list_gateways(store) if name is None else [keep_gateways.get_gateway(store, name)]
    _print(found, as_json=as_json)


def add_gateway(name: str, concurrent_call: int | None, calls_per_second: int, *, as_json: bool) -> None:
    """Add a gateway."""
    if re.match(GATEWAY_PATTERN, name) is None:
        raise typer.BadParameter("expected the gateway's name on the switches: letters, digits, _ . -")
    changes = GatewayChanges(concurrent_call=concurrent_call, calls_per_second=calls_per_second)
    with opened(settings()) as store:
        _print([keep_gateways.add_gateway(store, name, changes=changes, now=SystemClock().now())], as_json=as_json)


def change_gateway(
    name: str, concurrent_call: int | None, calls_per_second: int | None, *, no_limit: bool, as_json: bool
) -> None:
    """Change the limits of a gateway that are given."""
    changes = GatewayChanges()
    if no_limit or concurrent_call is not None:
        changes["concurrent_call"] = concurrent_call
    if calls_per_second is not None:
        changes["calls_per_second"] = calls_per_second
    with opened(settings()) as store:
        _print([keep_gateways.change_gateway(store, name, changes=changes, now=SystemClock().now())], as_json=as_json)


def grant_gateway(name: str, tenant: str, caller_ids: Sequence[str], *, as_json: bool) -> None:
    """Allow a tenant a gateway with these caller ids."""
    wrong = [pattern for pattern in caller_ids if re.match(CALLER_ID_PATTERN, pattern) is None]
    if wrong:
        raise typer.BadParameter(f"expected a caller id, or how it begins and *: {wrong[0]}")
    with opened(settings()) as store:
        now = SystemClock().now()
        granted = keep_gateways.grant_gateway(store, name, tenant=tenant, caller_ids=caller_ids, now=now)
    _print([granted], as_json=as_json)


def revoke_gateway(name: str, tenant: str, *, as_json: bool) -> None:
    """Take a gateway from a tenant."""
    with opened(settings()) as store:
        _print([keep_gateways.revoke_gateway(store, name, tenant=tenant, now=SystemClock().now())], as_json=as_json)


def remove_gateway(name: str) -> None:
    """Forget a gateway."""
    with opened(settings()) as store:
        keep_gateways.remove_gateway(store, name, now=SystemClock().now())
    typer.echo(f"{name} is removed.")


def _print(gateways: Sequence[GatewayRecord], *, as_json: bool) -> None:
    if as_json:
        print_json([facts_of(gateway) for gateway in gateways])
        return
    rows = []
    for one in gateways:
        most, per_second = one.limits.concurrent_call, one.limits.calls_per_second
        granted = [_granted(tenant, grant) for tenant, grant in one.grants.items()]
        calls = "no limit" if most is None else str(most)
        rows.append((one.name, calls, str(one.live), str(per_second or "no limit"), "; ".join(granted) or "nobody"))
    print_rows(("gateway", "calls at once", "in use", "calls a second", "granted to"), rows)


def _granted(tenant: str, grant: GatewayGrant) -> str:
    if grant.is_revoked:
        return f"{tenant}: revoked since {grant.since.in_timezone('UTC').to_iso8601_string()}"
    return f"{tenant}: " + (", ".join(grant.caller_ids) or "no caller id")
