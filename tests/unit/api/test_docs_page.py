"""`/docs` works without internet: Swagger UI is the one of its package, and nothing is loaded from elsewhere."""

import hashlib
import json
import re
import tomllib
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import api
from api.docs_page import FILES

SWAGGER_UI = FILES / "swagger-ui"
SOURCE = json.loads((SWAGGER_UI / "SOURCE.json").read_text(encoding="utf-8"))
OURS = ("page.html", "start.js", "icon.svg")


def test_the_page_and_everything_that_it_names_is_served_without_a_token(anonymous: TestClient) -> None:
    page = anonymous.get("/docs")
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert len(named) == 5
    assert {name: anonymous.get(f"/{name}").status_code for name in named} == dict.fromkeys(named, 200)


def test_a_browser_is_told_to_load_nothing_from_elsewhere(anonymous: TestClient) -> None:
    for path in ("/docs", "/docs/files/start.js", "/docs/files/icon.svg"):
        policy = dict(part.split(" ", 1) for part in anonymous.get(path).headers["content-security-policy"].split("; "))

        assert policy["default-src"] == "'none'"
        assert set(" ".join(policy.values()).split()) == {"'none'", "'self'", "data:"}
        assert policy["script-src"] == policy["connect-src"] == policy["style-src"] == "'self'"


@pytest.mark.parametrize("name", OURS)
def test_our_own_files_name_no_other_host(name: str) -> None:
    text = (FILES / name).read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")

    assert "//" not in text.replace("\n// ", "\n").replace(" // ", " ")


def test_the_page_has_no_script_inside_it() -> None:
    page = (FILES / "page.html").read_text(encoding="utf-8")

    assert re.findall(r"<script[^>]*>([^<]*)</script>", page) == ["", ""]
    assert not re.search(r"\son\w+=|<style|style=", page)


def test_swagger_ui_is_the_one_of_its_package() -> None:
    """`npm pack swagger-ui-dist@VERSION` has the same files; npm says the same integrity."""
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in SWAGGER_UI.iterdir()}
    files.pop("SOURCE.json")

    assert files == SOURCE["sha256"]
    assert SOURCE["integrity"].startswith("sha512-")
    assert SOURCE["licence"] == "Apache-2.0"
    assert "Apache License" in (SWAGGER_UI / "LICENSE").read_text(encoding="utf-8")


def test_the_wheel_has_every_file() -> None:
    root = Path(api.__file__).parent
    told = tomllib.loads((root.parent / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = told["tool"]["setuptools"]["package-data"]["api"]
    patterns = [pattern for pattern in patterns if pattern.startswith("docs/")]

    packed = {path for pattern in patterns for path in root.glob(f"{pattern}/*") if path.is_file()}

    assert packed == {path for path in FILES.rglob("*") if path.is_file()}


def test_files_are_answered_with_304_while_they_are_the_same(anonymous: TestClient) -> None:
    path = "/docs/files/swagger-ui/swagger-ui.css"
    first = anonymous.get(path)

    assert anonymous.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/docs/files/nope.js", "/docs/files/%2e%2e/app.py", "/docs/files/swagger-ui"])
def test_other_files_are_not_found(anonymous: TestClient, path: str) -> None:
    answer = anonymous.get(path)

    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})
