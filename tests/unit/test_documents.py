"""Documents: their links resolve, the README stays short, and lists of names are complete."""

import ast
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest

from tests.prose import BANNED
from worker.domain.reason import Reason
from worker.settings import PREFIX, Settings

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
DEPLOY: Final = ROOT / "deploy" / "README.md"
MONITORING: Final = ROOT / "deploy" / "monitoring.md"
SETTINGS: Final = ROOT / "api" / "settings.md"
GLOSSARY: Final = ROOT / "worker" / "GLOSSARY.md"
CI: Final = ROOT / ".ci" / "run"
MOST_LINES: Final = 150
MOST_WORDS: Final = 1200

_FENCE: Final = re.compile(r"^ *(```|~~~).*?^ *\1[^\n]*$", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_HEADING: Final = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_LINK: Final = re.compile(r"\]\(<?([^)\s>]+)>?(?: +\"[^\"]*\")?\)")
_REFERENCE: Final = re.compile(r"^ *\[[^\]]+\]: *<?([^\s>]+)", re.MULTILINE)
_NAMED_ANCHOR: Final = re.compile(r"<a +(?:id|name)=\"([^\"]+)\"")
_CITED: Final = re.compile(r"\b((?:worker|api|deploy|tests)/[\w/-]*\w\.md)(?:#([\w-]+))?")
_ELSEWHERE: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_BANNED: Final = re.compile(
    r"(?<!\w)(" + "|".join(sorted(map(re.escape, BANNED), key=len, reverse=True)) + r")(?!\w)", re.IGNORECASE
)


def documents() -> list[Path]:
    """Return every Markdown file that is tracked, or new and not ignored."""
    git = shutil.which("git")
    assert git is not None
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for name in sorted(set(listed.stdout.split("\0"))) if name and (path := ROOT / name).exists()]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", documents(), ids=named)
def test_every_relative_link_resolves(document: Path) -> None:
    broken = [target for target in _targets(document) if not _resolves(target, document=document)]

    assert broken == []


@pytest.mark.parametrize("document", documents(), ids=named)
def test_no_document_uses_a_banned_phrase(document: Path) -> None:
    found = {match[0].lower() for match in _BANNED.finditer(_prose(document))}

    assert {phrase: BANNED[phrase] for phrase in found} == {}


def test_every_document_that_the_code_cites_exists() -> None:
    cited = {
        (path.relative_to(ROOT), document, anchor)
        for folder in ("worker", "api", "tests")
        for path in (ROOT / folder).rglob("*.py")
        for document, anchor in _CITED.findall(path.read_text(encoding="utf-8"))
    }

    missing = [one for one in cited if not _resolves(f"{one[1]}#{one[2]}".removesuffix("#"), document=README)]

    assert missing == []


def test_the_readme_fits_on_one_page() -> None:
    text = README.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= MOST_LINES
    assert len(text.split()) <= MOST_WORDS


def test_the_readmes_second_command_is_the_one_that_continuous_integration_runs() -> None:
    (pattern,) = re.findall(r"grep -m1 -E '([^']+)' README\.md", CI.read_text(encoding="utf-8"))
    lines = README.read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line.startswith("    python3 -m venv ")]

    found = next(line for line in lines if re.search(pattern, line))

    assert found == commands[1]
    assert len(commands) == 2


def test_every_variable_is_in_the_table_of_configuration() -> None:
    variables = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}

    assert variables - _first_cells(DEPLOY) == set()


def test_the_table_of_configuration_names_no_other_variable() -> None:
    variables = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}

    assert {name for name in _first_cells(DEPLOY) if name.startswith(PREFIX)} - variables == set()


def test_every_word_of_why_is_explained() -> None:
    assert {reason.value for reason in Reason} - _first_cells(SETTINGS) == set()


def test_no_term_is_defined_twice() -> None:
    terms = Counter(re.findall(r"^\| ([^|]+) \|", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE))

    assert {term for term, times in terms.items() if times > 1} == set()


def test_no_log_action_is_described_twice() -> None:
    actions = Counter(re.findall(r"^\| `([a-z_]+)` \| [A-Z]+ \|", MONITORING.read_text(encoding="utf-8"), re.MULTILINE))

    assert {action for action, times in actions.items() if times > 1} == set()


def test_every_log_action_is_in_the_tables_of_the_log() -> None:
    assert _actions() - _first_cells(MONITORING) == set()


def test_the_tables_of_the_log_name_no_action_that_is_never_logged() -> None:
    text = MONITORING.read_text(encoding="utf-8")
    log = text[text.index("\n## Log\n") : text.index("\n## What to alert on\n")]
    listed = set(re.findall(r"^\| `([a-z_]+)` \|", log, re.MULTILINE))

    assert listed - _actions() == set()


# --- reading documents ------------------------------------------------------------------------------------------------


def _targets(document: Path) -> Iterator[str]:
    text = _prose(document)
    for target in (*_LINK.findall(text), *_REFERENCE.findall(text)):
        if not _ELSEWHERE.match(target):
            yield target


def _resolves(target: str, *, document: Path) -> bool:
    path, _, anchor = target.partition("#")
    there = document if not path else document.parent / unquote(path)
    if not there.exists():
        return False
    return not anchor or (there.suffix == ".md" and anchor in _anchors(there))


def _anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings, and those that are named."""
    text = _FENCE.sub("", document.read_text(encoding="utf-8"))
    anchors = set(_NAMED_ANCHOR.findall(text))
    seen: Counter[str] = Counter()
    for heading in _HEADING.findall(text):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-")
        anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return anchors


def _prose(document: Path) -> str:
    """Return a document without its code."""
    return _CODE.sub("``", _FENCE.sub("", document.read_text(encoding="utf-8")))


def _first_cells(document: Path) -> set[str]:
    """Return the names in backticks, without labels, of the first column of a document's tables."""
    rows = re.findall(r"^\|([^|]*)\|", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {name.partition("{")[0] for row in rows for name in re.findall(r"`([^`]+)`", row)}


# --- reading code -----------------------------------------------------------------------------------------------------


def _actions() -> set[str]:
    """Return every ``action`` that worker and api log.

    Where it is an argument of the function that logs, the texts that this function is called with count.
    """
    return {
        action
        for folder in ("worker", "api")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for action in _actions_of(ast.parse(path.read_text(encoding="utf-8")))
    }


def _actions_of(module: ast.Module) -> Iterator[str]:
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for value in _logged(function):
            if isinstance(value, ast.Constant):
                yield str(value.value)
            else:
                yield from _texts_given_to(function.name, module=module)


def _logged(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "action":
                    yield value


def _texts_given_to(name: str, *, module: ast.Module) -> Iterator[str]:
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and _called(node) == name]
    assert calls, f"{name} logs an action that cannot be found"
    for call in calls:
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            for node in ast.walk(argument):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
