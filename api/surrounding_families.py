"""Metrics of the broker's queues, the disks and the clock of the machine that is asked."""

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from worker.ports.records.surroundings import Surroundings


def families_of(around: Surroundings) -> Iterator[Metric]:
    """Yield the metrics; a queue or a folder that cannot be read now is left out."""
    messages = GaugeMetricFamily("callbeat_queue_messages", "Messages that wait for a worker.", labels=["queue"])
    ages = GaugeMetricFamily("callbeat_queue_age_seconds", "How long the oldest has waited. 0: none.", labels=["queue"])
    for name, load in around.queues().items():
        messages.add_metric([name], load.messages)
        ages.add_metric([name], load.oldest_seconds or 0.0)
    disks = GaugeMetricFamily(
        "callbeat_disk_free_ratio", "Share of the disk that is free, by what is on it.", labels=["folder"]
    )
    for folder, share in around.disk_free().items():
        disks.add_metric([folder], share)
    clock = GaugeMetricFamily("callbeat_clock_skew_seconds", "How far this machine's clock is ahead of the database's.")
    clock.add_metric([], around.clock_ahead())
    yield from (messages, ages, disks, clock)
