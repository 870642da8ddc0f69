"""How an operator lists switches and takes them in and out of service."""

from collections.abc import Mapping

import typer

from worker.cli.bootstrap import operators_services
from worker.cli.columns import print_json, print_rows
from worker.domain.errors import Invalid
from worker.domain.json_value import Json
from worker.domain.switch_address import SwitchUrl, canonical_name
from worker.usecases.dispatch import keep_switches
from worker.usecases.dispatch.switch_facts import read_facts
from worker.wiring import Services


def show_switches(*, as_json: bool) -> None:
    """Print every switch with its state and what is known of it; never its password."""
    parts = operators_services()
    _print(parts, as_json=as_json)


def add_switch(url: str, *, weight: int, as_json: bool) -> None:
    """Add a switch, or give a known one this password and weight and bring it back into service."""
    parts = operators_services()
    try:
        address = SwitchUrl.parse(url)
    except ValueError as error:
        raise Invalid(str(error)) from error
    switch = keep_switches.add_switch(parts.store, address, weight=weight, now=parts.clock.now())
    _print(parts, as_json=as_json, only=switch.name)


def drain_switch(name: str, *, as_json: bool) -> None:
    """Send a switch no more calls."""
    parts = operators_services()
    switch = keep_switches.drain_switch(parts.store, _canonical(name), now=parts.clock.now())
    _print(parts, as_json=as_json, only=switch.name)


def resume_switch(name: str, *, weight: int | None, as_json: bool) -> None:
    """Send a draining switch calls again, with another weight if one is given."""
    parts = operators_services()
    known = _canonical(name)
    keep_switches.resume_switch(parts.store, known, now=parts.clock.now())
    if weight is not None:
        keep_switches.set_weight(parts.store, known, weight=weight)
    _print(parts, as_json=as_json, only=known)


def forget_switch(name: str, *, as_json: bool) -> None:
    """Declare a switch gone; its calls are over."""
    parts = operators_services()
    switch, ended = keep_switches.forget_switch(
        parts.store, _canonical(name), queue=parts.queue, now=parts.clock.now(), new_id=parts.new_id
    )
    if not as_json:
        typer.echo(f"{switch.name} is gone; {ended} of its calls were ended.")
    _print(parts, as_json=as_json, only=switch.name)


def _canonical(name: str) -> str:
    try:
        return canonical_name(name)
    except ValueError as error:
        raise Invalid(str(error)) from error


def _print(parts: Services, *, as_json: bool, only: str = "") -> None:
    rows = [row for row in read_facts(parts.store, now=parts.clock.now()) if only in {"", row["name"]}]
    if as_json:
        print_json([*rows])
        return
    shown = []
    for row in rows:
        sessions = "not known" if row["sessions"] is None else f"{row['sessions']} of {row['max_sessions']}"
        facts = (row["name"], row["state"], row["weight"], _takes(row), row["calls_up"], sessions)
        shown.append([str(fact) for fact in facts])
    print_rows(("switch", "state", "weight", "takes calls", "our calls", "sessions"), shown)


def _takes(row: Mapping[str, Json]) -> str:
    if row["takes_calls"]:
        return "yes"
    since = row["refused_since"] or (row["state_since"] if row["state"] != "active" else row["heard_at"])
    cause = f" ({row['refused_cause']})" if row["refused_cause"] else ""
    return f"no: {row['why']}{cause}" + (f" since {since}" if since else "")
