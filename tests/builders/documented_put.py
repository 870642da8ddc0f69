"""The PUT body that a documented client sends, word for word."""

import json
from importlib.resources import files
from typing import Any


def seed_body() -> dict[str, Any]:
    """Give the body as a client would parse it from its own file."""
    return dict(json.loads(files("worker.cli.demo").joinpath("seed_campaign.json").read_bytes()))
