"""The steps of ``callbeat top``: read, show, wait, until a key or a signal ends it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import Final, Protocol

import typer
from rich.console import Console
from rich.live import Live
from typing_extensions import override

from worker.cli.bootstrap import opened
from worker.cli.columns import print_json_line
from worker.cli.top.facts import sight_facts, sight_lines
from worker.cli.top.keys import Wait, keys
from worker.cli.top.picture import picture
from worker.cli.top.sight import Sight, read_sight
from worker.domain.errors import Unavailable
from worker.usecases.records.carrier_plans import KEPT_FOR_EACH_CAMPAIGN, CarrierPlans
from worker.usecases.records.keep_api_keys import tenant_named
from worker.wiring import clock_of, settings

REST: Final = 9
"""A reading is followed by a pause of at least so many times its length, as on the operators' page: watching takes a
tenth of one processor of the database at most."""

Read = Callable[[], Sight]


class View(Protocol):
    """Shows one sight after another."""

    def show(self, sight: Sight) -> None:
        """Show what was read."""

    def tell(self, trouble: str) -> None:
        """Report why nothing could be read."""

    def wait(self, seconds: float) -> bool:
        """Wait; return True when the view is to end."""


def top(tenant: str, *, every: float, most: int, once: bool, as_json: bool) -> None:
    """Show everything that dials until q or a signal, each of which ends the command well."""
    console = Console(highlight=False)
    is_screen = console.is_terminal and not console.is_dumb_terminal and not as_json
    with opened(settings()) as store:
        owner = tenant_named(store, tenant)
        clock, plans = clock_of(store), CarrierPlans(kept_for=KEPT_FOR_EACH_CAMPAIGN)

        def read() -> Sight:
            most_now = min(most, console.height) if is_screen else most
            return read_sight(store, tenant=owner, most=most_now, plans=plans, now=clock.now())

        if once and is_screen:
            console.print(picture(read(), zone=owner.timezone, size=console.size, keys=False))
        elif once:
            Lines(owner.timezone, as_json=as_json).show(read())
        else:
            with suppress(KeyboardInterrupt), _ended_by_signals(), ExitStack() as stack:
                view: View = Lines(owner.timezone, as_json=as_json)
                if is_screen:
                    view = stack.enter_context(_screen(console, zone=owner.timezone))
                follow(read, view, every=every)


def follow(read: Read, view: View, *, every: float) -> None:
    """Show one reading after another until the view is to end; a database that is away is asked again."""
    while True:
        began = monotonic()
        try:
            sight = read()
        except Unavailable as error:
            view.tell(f"{error}; it is asked again")
        else:
            view.show(sight)
        took = monotonic() - began
        if view.wait(max(every - took, took * REST)):
            return


@dataclass(frozen=True, slots=True)
class Lines(View):
    """Prints lines, or JSON; trouble goes to stderr."""

    zone: str
    as_json: bool

    @override
    def show(self, sight: Sight) -> None:
        if self.as_json:
            print_json_line(sight_facts(sight, zone=self.zone))
            return
        for line in sight_lines(sight, zone=self.zone):
            typer.echo(line)

    @override
    def tell(self, trouble: str) -> None:
        typer.echo(f"callbeat: {trouble}", err=True)

    @override
    def wait(self, seconds: float) -> bool:
        return Event().wait(seconds)


@dataclass(slots=True)
class Screen(View):
    """Draws on a terminal; trouble stands above what was read last."""

    live: Live
    zone: str
    keys: Wait
    last: Sight | None = None

    @override
    def show(self, sight: Sight) -> None:
        self.last = sight
        self._draw()

    @override
    def tell(self, trouble: str) -> None:
        self._draw(trouble)

    @override
    def wait(self, seconds: float) -> bool:
        return self.keys(seconds)

    def _draw(self, trouble: str = "") -> None:
        if self.last is None:
            self.live.update(trouble, refresh=True)
            return
        size = self.live.console.size
        drawn = picture(self.last, zone=self.zone, size=size, keys=True, trouble=trouble)
        self.live.update(drawn, refresh=True)


@contextmanager
def _screen(console: Console, *, zone: str) -> Iterator[Screen]:
    with keys() as wait, Live(console=console, auto_refresh=False, screen=True) as live:
        yield Screen(live, zone, wait)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """End the block at SIGTERM and when the terminal is closed as at Ctrl-C, so that the terminal is restored."""
    with ExitStack() as stack:
        for number in (signal.SIGTERM, signal.SIGHUP):
            stack.callback(signal.signal, number, signal.signal(number, signal.default_int_handler))
        yield
