"""The loopback ports at which the processes of ``callbeat up`` tell their metrics, and the file that lists them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from worker.cli import embedded
from worker.cli.supervision import Child

TARGETS: Final = "prometheus.json"
"""In the home: the targets of a scrape, as ``file_sd_configs`` of Prometheus reads them."""
_TELLING: Final = frozenset({"listener", "worker", "beat", "voice"})
"""Commands that have ``--metrics-port``."""


def with_metrics(children: Sequence[Child], *, first: int) -> tuple[list[Child], dict[str, int]]:
    """Return the processes with a port each, in their order, and the ports by the processes' names."""
    told, ports = list[Child](), dict[str, int]()
    for child in children:
        if not _TELLING.isdisjoint(child.command):
            ports[child.name] = first + len(ports)
            told.append(replace(child, command=[*child.command, f"--metrics-port={ports[child.name]}"]))
        else:
            told.append(child)
    return told, ports


def write_targets(home: Path, ports: Mapping[str, int], *, api: tuple[str, int]) -> None:
    """Write where Prometheus asks; without ports of processes there is no file."""
    file = home / TARGETS
    if not ports:
        file.unlink(missing_ok=True)
        return
    address = embedded.url_of(*api).removeprefix("http://")
    groups = [_target(address, job="callbeat", process="api")]
    for name, port in ports.items():
        job = "callbeat-voice" if name.startswith("voice") else "callbeat-work"
        groups.append(_target(f"{embedded.LOOPBACK}:{port}", job=job, process=name))
    file.write_text(json.dumps(groups, indent=1))


def _target(address: str, *, job: str, process: str) -> dict[str, object]:
    return {"targets": [address], "labels": {"job": job, "process": process}}
