"""The metrics of an installation, as Prometheus' client library writes them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from pendulum import DateTime
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from api.surrounding_families import families_of
from worker.domain.call import LIVE
from worker.domain.network import Network
from worker.domain.switch import Switch, SwitchState
from worker.ports.records.surroundings import Surroundings
from worker.usecases.records.read_figures import InstallationFigures

_SWITCHES: Final[Sequence[tuple[str, str, Callable[[Switch], float | None]]]] = (
    (
        "callbeat_switch_clock_skew_seconds",
        "How far a switch's clock is ahead of the database's.",
        lambda switch: None if switch.clock_skew_ms is None else switch.clock_skew_ms / 1000,
    ),
    ("callbeat_switch_sessions", "Calls of any kind on the switch.", lambda switch: switch.sessions),
    ("callbeat_switch_sessions_limit", "The most calls that the switch takes.", lambda switch: switch.max_sessions),
    (
        "callbeat_switch_draining",
        "1 while the switch gets no new calls, as an operator wished.",
        lambda switch: switch.state is SwitchState.DRAINING,
    ),
    (
        "callbeat_switch_refusing",
        "1 while the switch says that it takes no calls.",
        lambda switch: bool(switch.refused_cause),
    ),
)


def exposition(figures: InstallationFigures, *, around: Surroundings, now: DateTime) -> str:
    """Return the figures in Prometheus' text format; ages are counted until ``now``."""
    registry = CollectorRegistry()
    families = (*_calls(figures), *_backlog(figures, now=now), *_switches(figures, now=now), *families_of(around))
    registry.register(_Once(families))
    return generate_latest(registry).decode()


class _Once(Collector):
    """Metrics that were read before."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    @override
    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _calls(figures: InstallationFigures) -> Iterator[Metric]:
    live = GaugeMetricFamily("callbeat_live_calls", "Calls that hold a slot, by state.", labels=["state"])
    for state in LIVE:
        live.add_metric([state], figures.live_calls.get(state, 0))
    yield live
    yield from _ends(figures)
    total = GaugeMetricFamily("callbeat_carrier_channels_in_use", "Channels in use.", labels=["carrier"])
    limit = GaugeMetricFamily("callbeat_carrier_channels", "Channels that a carrier has.", labels=["carrier"])
    both = ["carrier", "network"]
    used = GaugeMetricFamily("callbeat_carrier_network_channels_in_use", "The same, by network.", labels=both)
    limits = GaugeMetricFamily("callbeat_carrier_network_channels", "The same, where a network has some.", labels=both)
    for channels in figures.channels:
        carrier = str(channels.carrier_id)
        total.add_metric([carrier], sum(channels.in_use.values()))
        limit.add_metric([carrier], channels.limit)
        for network in Network:
            if channels.network_limits.get(network):  # 0: the network has none, and campaigns in direct mode need none
                limits.add_metric([carrier, network], channels.network_limits[network])
            if channels.network_limits.get(network) or network in channels.in_use:
                used.add_metric([carrier, network], channels.in_use.get(network, 0))
    yield from (total, limit, used, limits)
    failing = GaugeMetricFamily(
        "callbeat_carrier_failing", "1 while the circuit breaker of the carrier's trunk is open.", labels=["carrier"]
    )
    failures = GaugeMetricFamily(
        "callbeat_carrier_failures", "Failures in a row of the carrier's trunk.", labels=["carrier"]
    )
    for carrier_id, trunk in figures.trunks.items():
        failing.add_metric([str(carrier_id)], trunk.is_failing)
        failures.add_metric([str(carrier_id)], trunk.failures)
    yield from (failing, failures)


def _ends(figures: InstallationFigures) -> Iterator[Metric]:
    ended = GaugeMetricFamily("callbeat_ended_calls", "Calls that have ended, by outcome.", labels=["outcome"])
    for outcome, calls in figures.ended_calls.outcomes.items():
        ended.add_metric([outcome], calls)
    unheard = GaugeMetricFamily("callbeat_unheard_calls", "Those whose end nobody heard, by cause.", labels=["cause"])
    for cause, calls in figures.ended_calls.unheard.items():
        unheard.add_metric([cause], calls)
    yield from (ended, unheard)


def _backlog(figures: InstallationFigures, *, now: DateTime) -> Iterator[Metric]:
    backlog = figures.backlog
    leads = figures.waiting_leads
    yield _gauge("callbeat_waiting_leads", "Leads that wait for a call, due or not.", leads.leads)
    yield _gauge("callbeat_waiting_recalls", "Those of them that are to be called again.", leads.recalls)
    yield _gauge("callbeat_due_leads", "Leads that are due, of campaigns that may dial now.", figures.due_leads)
    yield _gauge("callbeat_pending_deliveries", "Callbacks that are not delivered yet.", figures.pending_callbacks)
    yield _gauge("callbeat_dead_callbacks", "Callbacks that were given up in 30 days.", backlog.dead_callbacks)
    yield _gauge("callbeat_unread_files", "Uploaded files that are not read to their end.", backlog.files)
    for name, text, since in (
        ("oldest_due_lead", "How long the first of the due leads has been due.", figures.due_since),
        ("plan_overdue", "How long the most overdue plan of a carrier has been due.", backlog.plan_due_since),
        ("oldest_queued_call", "Age of the oldest call that was planned and not sent.", backlog.call_queued_since),
        ("oldest_callback", "How long the oldest callback has waited.", backlog.callback_waiting_since),
    ):
        yield _gauge(f"callbeat_{name}_seconds", f"{text} 0: none.", _age(since, now=now))
    failed = CounterMetricFamily("callbeat_login_failures", "Log-ins and requests with a wrong key or token.")
    failed.add_metric([], figures.failed_logins)
    yield failed
    yield _gauge("callbeat_held", "1 while all dialling is held.", figures.hold is not None)


def _switches(figures: InstallationFigures, *, now: DateTime) -> Iterator[Metric]:
    switches = [switch for switch in figures.switches if switch.state is not SwitchState.GONE]
    for name, text, value_of in _SWITCHES:
        family = GaugeMetricFamily(name, text, labels=["switch"])
        for switch in switches:
            value = value_of(switch)
            if value is not None:
                family.add_metric([switch.name], value)
        yield family
    silent = GaugeMetricFamily(
        "callbeat_switch_silent_seconds", "Since a listener heard the switch, or since it was added.", labels=["switch"]
    )
    refused = CounterMetricFamily(
        "callbeat_switch_cdrs_refused", "CDRs that a switch posted of calls on another switch.", labels=["switch"]
    )
    for switch in switches:
        silent.add_metric([switch.name], _age(switch.heard_at or switch.created_at, now=now))
        refused.add_metric([switch.name], switch.cdrs_refused)
    yield from (silent, refused)


def _gauge(name: str, text: str, value: float) -> Metric:
    family = GaugeMetricFamily(name, text)
    family.add_metric([], value)
    return family


def _age(since: DateTime | None, *, now: DateTime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
