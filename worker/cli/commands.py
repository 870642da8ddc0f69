"""The signature and the help of every command; the parts behind a command are imported when it runs.

``callbeat --help`` and ``callbeat COMMAND --help`` must not wait for SQLAlchemy, Celery or FastAPI.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

LOOPBACK: Final = "127.0.0.1"
MOST_CALLS: Final = 100_000
MOST_WEIGHT: Final = 1000

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]
MetricsPort = Annotated[int, typer.Option(min=0, max=65535, help="Where Prometheus asks; 0: nowhere.")]
MetricsHost = Annotated[str, typer.Option(help="Address of --metrics-port.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SwitchName = Annotated[str, typer.Argument(help="HOST:PORT, in any spelling.")]


def demo(
    leads: Annotated[int, typer.Option(min=1, help="Leads to import.")] = 200,
    speed: Annotated[float, typer.Option(min=0.1, help="Seconds of a call that pass in one second.")] = 25.0,
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Keep running afterwards.")] = False,
) -> None:
    """Dial a simulated campaign, with nothing configured.

    From PUT to CDR: exit 0 only if every lead is done and every CDR is delivered and verified.
    """
    from worker.cli.extras import needing
    from worker.cli.supervision import SUPERVISOR

    with needing("demo", SUPERVISOR, "rich"):
        from worker.cli.demo.command import demo as run_demo
    run_demo(leads, speed, keep=keep)


def up(  # noqa: PLR0913 - one argument for each option
    host: Annotated[str, typer.Option(help="Address of the API.")] = LOOPBACK,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the API.")] = 8000,
    flower_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of Flower.")] = 5555,
    workers: Annotated[int, typer.Option(min=1, help="Workers that plan and dial.")] = 2,
    metrics_port: Annotated[
        int, typer.Option(min=0, max=65000, help="First of the loopback ports where Prometheus asks; 0: none.")
    ] = 0,
    *,
    flower: Annotated[bool, typer.Option(help="Run Flower, which shows tasks, too.")] = True,
    hold: Annotated[bool, typer.Option("--hold", help="Dial nobody until `callbeat release`.")] = False,
) -> None:
    """Run every process on this machine; Ctrl-C ends them."""
    from worker.cli.extras import needing
    from worker.cli.supervision import SUPERVISOR

    with needing("demo", SUPERVISOR), needing("flower", *(["flower"] if flower else [])):
        from worker.cli.up import up as run_all
    run_all(host, port, flower_port if flower else None, workers, metrics_port=metrics_port, hold=hold)


def doctor(*, as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False) -> None:
    """Check configuration, database, broker and switches, and tell what to type.

    Exit 1 if one of them is not well.
    """
    from worker.cli.doctor import doctor as examine

    examine(as_json=as_json)


def migrate(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit code 1 unless it is up to date.")
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Change nothing; list the revisions that would be run.")] = False,
) -> None:
    """Bring the database schema up to date."""
    if check or plan:
        from worker.cli.schema import check_database, print_plan

        print_plan() if plan else check_database()
        return
    from worker.cli.bootstrap import migrate as bring_up_to_date

    bring_up_to_date()


def erase_person(
    tenant: Annotated[str, typer.Option(help="The tenant that erases the person.")],
    number: Annotated[str, typer.Argument(help="The person's phone number, in any form.")],
) -> None:
    """Remove a person's leads and number; the number is never dialled again."""
    from worker.cli.erasure import erase

    erase(tenant, number)


def cdr_secret(name: Annotated[str, typer.Argument(help="The switch, as HOST:PORT.")]) -> None:
    """Print a new secret with which the switch posts CDRs; the one before is void at once."""
    from worker.cli.json_cdr import print_new_secret

    print_new_secret(name)


def cdr_spool(
    folder: Annotated[Path, typer.Argument(help="The switch's err-log-dir.")],
    json_cdr: Annotated[
        Path | None,
        typer.Option(help="The switch's json_cdr.conf.xml: post to its address. Without it, the database is used."),
    ] = None,
) -> None:
    """Hand in the CDRs that a switch could not post, and remove their files."""
    from worker.cli.json_cdr import empty_spool

    empty_spool(folder, json_cdr)


def api(host: Host = LOOPBACK, port: Port = 8000) -> None:
    """Serve the HTTP API."""
    from worker.cli.processes import api as serve

    serve(host, port)


def worker(
    queues: Annotated[
        str, typer.Option(help="Queues to take tasks from, separated by commas.")
    ] = "callbacks,calls,imports,maintenance,plan",
    concurrency: Annotated[int, typer.Option(min=1, help="Threads, if callbacks is among the queues.")] = 32,
    name: Annotated[str, typer.Option(help="Name in Flower.")] = "worker",
    metrics_host: MetricsHost = LOOPBACK,
    metrics_port: MetricsPort = 0,
) -> None:
    """Run tasks from the queues.

    One at a time, or in threads if the queue callbacks, which waits on receivers, is among them.
    """
    from worker.cli.processes import worker as run

    run(queues, concurrency, name, (metrics_host, metrics_port))


def beat(metrics_host: MetricsHost = LOOPBACK, metrics_port: MetricsPort = 0) -> None:
    """Ask every second for what is due."""
    from worker.cli.processes import beat as run

    run((metrics_host, metrics_port))


def listener(metrics_host: MetricsHost = LOOPBACK, metrics_port: MetricsPort = 0) -> None:
    """Receive the switches' events.

    One thread for each switch; a second listener is standby.
    """
    from worker.cli.processes import listener as run

    run((metrics_host, metrics_port))


def voice(
    host: Host = LOOPBACK,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where switches connect.")] = 8084,
    metrics_port: MetricsPort = 0,
) -> None:
    """Speak with callees: switches connect here for answered calls.

    Run two, so that one of them always answers.
    """
    from worker.cli.processes import voice as run

    run(host, port, metrics_port)


def switch(  # noqa: PLR0913 - one argument for each option
    context: typer.Context,
    *,
    url: Annotated[str, typer.Option(help="Where to listen; without it, the first of CALLBEAT_SWITCH_URLS.")] = "",
    speed: Annotated[float, typer.Option(min=0.01, help="Seconds of a call that pass in one second.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Seed of the calls' results.")] = 1,
    by_last_digit: Annotated[bool, typer.Option(help="Let the number's last digit decide a call's result.")] = False,
    max_sessions: Annotated[int, typer.Option(min=0, help="Most calls at the same time.")] = 2000,
    clock_skew: Annotated[float, typer.Option(help="Seconds by which its clock is ahead of the machine's.")] = 0.0,
    record: Annotated[Path | None, typer.Option(help="File for its log of the calls it carried.")] = None,
    heard: Annotated[Path | None, typer.Option(help="File for what callees heard and did.")] = None,
    json_cdr: Annotated[
        Path | None, typer.Option(help="A json_cdr.conf.xml, by which it posts the CDR of each call.")
    ] = None,
) -> None:
    """Run the simulated switch.

    It speaks FreeSWITCH's event socket and places no real calls.
    """
    if context.invoked_subcommand is not None:
        return
    from worker.cli.processes import switch as run
    from worker.simulator.json_cdr_conf import read_json_cdr_conf
    from worker.simulator.options import SimulatorOptions

    options = SimulatorOptions(
        speed=speed,
        seed=seed,
        by_last_digit=by_last_digit,
        max_sessions=max_sessions,
        clock_skew_seconds=clock_skew,
        log_path=record,
        heard_path=heard,
        cdrs=None if json_cdr is None else read_json_cdr_conf(json_cdr),
    )
    run(url, options)


def list_switches(*, as_json: AsJson = False) -> None:
    """Print every switch: its state, its calls, and why it takes none."""
    from worker.cli.switches import show_switches

    show_switches(as_json=as_json)


def add_switch(
    url: Annotated[str, typer.Argument(help="esl://:PASSWORD@HOST:PORT", metavar="URL")],
    *,
    weight: Annotated[int, typer.Option(min=1, max=MOST_WEIGHT, help="Its share of new calls.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Add a switch, or give a known one this password and weight and bring it back into service."""
    from worker.cli.switches import add_switch as add

    add(url, weight=weight, as_json=as_json)


def drain_switch(name: SwitchName, *, as_json: AsJson = False) -> None:
    """Send a switch no more calls; those that are up go on."""
    from worker.cli.switches import drain_switch as drain

    drain(name, as_json=as_json)


def resume_switch(
    name: SwitchName,
    *,
    weight: Annotated[int | None, typer.Option(min=1, max=MOST_WEIGHT, help="Its new share of calls.")] = None,
    as_json: AsJson = False,
) -> None:
    """Send a draining switch calls again."""
    from worker.cli.switches import resume_switch as resume

    resume(name, weight=weight, as_json=as_json)


def forget_switch(name: SwitchName, *, as_json: AsJson = False) -> None:
    """Declare a switch gone for good: its calls are over, and their slots free at once."""
    from worker.cli.switches import forget_switch as forget

    forget(name, as_json=as_json)


def ready(
    kind: Annotated[str, typer.Argument(help="worker, beat, listener or voice.", metavar="KIND")],
    name: Annotated[str, typer.Option(help="The worker's name, or HOST:PORT of a voice process.")] = "worker",
) -> None:
    """Exit with 0 if a process of this kind is ready, else say why not and exit with 1."""
    from worker.cli.ready import answers, check_ready
    from worker.domain.errors import Rejected, Unavailable
    from worker.wiring import services

    try:
        check_ready(kind, name=name, parts=services(), answers=answers)
    except Unavailable as error:  # health checks know 0 and 1
        raise Rejected(str(error)) from error


def flower(host: Host = LOOPBACK, port: Port = 5555) -> None:
    """Run Flower, which shows workers, queues and tasks.

    On another address than loopback it needs FLOWER_BASIC_AUTH=USER:PASSWORD.
    """
    from worker.cli.extras import needing

    with needing("flower", "flower"):
        from worker.cli.processes import flower as serve
    serve(host, port)


def broker(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Loopback port.")] = None,
    socket: Annotated[Path | None, typer.Option(help="Path of a local socket.")] = None,
) -> None:
    """Serve Redis' protocol from memory, where no redis-server is available."""
    from worker.cli.processes import broker as serve

    serve(port, socket)


PERSON: Final[Mapping[str, Callable[..., None]]] = {"erase": erase_person}
"""The members of ``callbeat person``."""
