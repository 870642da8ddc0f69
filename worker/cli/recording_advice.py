"""Checks the folder of recordings, as far as this machine sees it, and tells what to type."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from worker.cli.switch_advice import Finding

PART: Final = "recordings"
LEAST_FREE: Final = 1024**3
"""Bytes: less than a day's recordings of ten calls at once, at 16 kB a second."""


def recording_findings(folder: str | None) -> Iterator[Finding]:
    """Yield a finding of the folder; none when nothing is recorded."""
    if folder is not None:
        yield _folder(Path(folder))


def _folder(folder: Path) -> Finding:
    if not folder.is_dir():
        seen = f"{folder} is not on this machine: workers here delete nothing, the API here serves none"
        advice = f"fine if switches record elsewhere: run `callbeat recording delete {folder}` there each day"
        return Finding(PART, is_well=True, seen=seen, advice=advice)
    if not os.access(folder, os.W_OK | os.X_OK):
        advice = "workers, and the switch, need a group that may write there: deploy/freeswitch/README.md, Recordings"
        return Finding(PART, is_well=False, seen=f"{folder} cannot be written: nothing is deleted there", advice=advice)
    free = shutil.disk_usage(folder).free
    shown = f"{folder}, {free / 1024**3:.1f} GiB free"
    if free < LEAST_FREE:
        advice = "make room, or fewer recording_days: calls go on when the disk is full, and are not recorded"
        return Finding(PART, is_well=False, seen=shown, advice=advice)
    return Finding(PART, is_well=True, seen=shown)
