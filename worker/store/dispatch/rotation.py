"""A carrier's rotation as JSON: ``{class: {"pool": name, "claimants": {pool: name}}}``."""

from worker.domain.json_value import Json
from worker.domain.rotation import Rotation, Served


def to_json(rotation: Rotation) -> dict[str, Json]:
    """Return the stored form."""
    return {name: {"pool": served.pool, "claimants": dict(served.claimants)} for name, served in rotation.items()}


def to_rotation(stored: Json) -> dict[str, Served]:
    """Return the rotation; another shape, as release 0.1 stored it, is only lost fairness and counts as empty."""
    match stored:
        case dict():
            return {name: served for name, one in stored.items() if (served := _served(one)) is not None}
        case _:
            return {}


def _served(stored: Json) -> Served | None:
    match stored:
        case {"pool": str(pool), "claimants": dict(claimants)}:
            return Served(pool, {key: name for key, name in claimants.items() if isinstance(name, str)})
        case _:
            return None
