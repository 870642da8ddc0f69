"""What browsers load: the packages' own files as they are, and nothing from elsewhere."""

import hashlib
import json
import re
import tomllib
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import api
from api.ops.files import FILES
from api.ops.render import TEMPLATES

VENDORED = FILES / "vendor"
SOURCE = json.loads((VENDORED / "SOURCE.json").read_text(encoding="utf-8"))
OURS = sorted(path for path in (*FILES.glob("*.*"), *TEMPLATES.glob("*.html")) if path.suffix != ".svg")


@pytest.mark.parametrize("source", SOURCE, ids=lambda source: str(source["package"]))
def test_vendored_files_are_those_of_their_package(source: dict[str, object]) -> None:
    """`npm pack PACKAGE@VERSION` has the same files; npm says the same integrity."""
    folder = VENDORED / str(source["package"])
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}

    assert files == source["sha256"]
    assert str(source["integrity"]).startswith("sha512-")
    assert source["licence"] in {"0BSD", "MIT"}
    assert {"0BSD": "Zero", "MIT": "The MIT License"}[str(source["licence"])] in (folder / "LICENSE").read_text("utf-8")
    assert re.fullmatch(r"\d+\.\d+\.\d+", str(source["version"]))


def test_nothing_else_is_vendored() -> None:
    assert {path.name for path in VENDORED.iterdir()} == {"SOURCE.json", *(one["package"] for one in SOURCE)}


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_own_files_name_no_other_host_and_hold_no_script_or_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"https?:|[\"'(]//", text)
    assert not re.search(r"\son\w+=|<style|\sstyle=|javascript:", text)
    assert set(re.findall(r"<script[^>]*>([^<]*)</script>", text)) <= {""}


def test_what_a_page_names_is_served_for_ever_under_the_name_of_its_content(anonymous: TestClient) -> None:
    named = re.findall(r'(?:src|href)="(/ops/files/[^"]+)"', anonymous.get("/ops/log-in").text)
    answers = {name: anonymous.get(name) for name in named}

    assert len(named) == 8
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(named, 200)
    assert all("immutable" in answer.headers["cache-control"] for answer in answers.values())
    assert sum(len(answer.content) for answer in answers.values()) < 150_000


def test_the_wheel_has_every_file() -> None:
    root = Path(api.__file__).parent
    told = tomllib.loads((root.parent / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = [one for one in told["tool"]["setuptools"]["package-data"]["api"] if one.startswith("ops/")]
    packed = {path for pattern in patterns for path in root.glob(f"{pattern}/*") if path.is_file()}

    assert packed == {path for folder in (FILES, TEMPLATES) for path in folder.rglob("*") if path.is_file()}
