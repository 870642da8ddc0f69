"""The settings of the product's processes, and secrets that all tests share."""

import os
from pathlib import Path
from typing import Final

from worker.settings import PREFIX

TOKEN: Final = "the-token-of-all-the-tests"
SECRET: Final = "whsec_Y2FsbGJlYXQtdGhlLWtleS1vZi10aGUtdGVzdHM="


def environment(*, home: Path, **settings: str) -> dict[str, str]:
    """Return this process's environment with no settings of Callbeat but those given, such as ``redis_url``."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    chosen = {f"{PREFIX}{name.upper()}": value for name, value in settings.items()}
    return others | {f"{PREFIX}HOME": str(home), "PYTHONUNBUFFERED": "1"} | chosen
