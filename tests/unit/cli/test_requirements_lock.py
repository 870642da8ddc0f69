"""``deploy/requirements.lock`` has every production dependency, pinned and hashed; ``poe lock`` writes it."""

import re
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
LOCK: Final = (ROOT / "deploy" / "requirements.lock").read_text(encoding="utf-8")
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_every_dependency_is_locked() -> None:
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["flower"]

    assert {_name(one) for one in wanted} - _locked() == set()


def test_every_locked_package_has_a_version_and_hashes() -> None:
    entries = re.split(r"\n(?=[a-z0-9])", "\n".join(line for line in LOCK.splitlines() if not line.startswith("#")))

    loose = [entry for entry in entries if entry.strip() and ("==" not in entry or "--hash=sha256:" not in entry)]
    assert loose == []


def test_the_lock_names_no_registry_and_no_path() -> None:
    assert not re.search(r"https?://|file:|--index-url|--extra-index-url|--find-links|^/", LOCK, re.MULTILINE)


def _locked() -> set[str]:
    return {_name(line) for line in LOCK.splitlines() if line[:1].isalnum()}


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()
