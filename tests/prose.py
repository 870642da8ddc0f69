"""The rules of plain English that a machine can check, for docstrings, comments and log texts.

``python -m tests.prose [FOLDER …]`` lists what breaks them.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from typing_extensions import override

ROOT: Final = Path(__file__).parent.parent
PRODUCT: Final = ("worker", "api")
LONGEST_SENTENCE: Final = 40
"""Words; a longer sentence has to be read twice."""

FIRST_WORDS: Final = frozenset({"Give", "Gives", "Say", "Says", "Whether", "Tell", "Tells", "Have", "Let"})
"""A docstring says ``Return …`` or names what is done; these say nothing."""

BANNED: Final = {
    "whoever": "name the subject",
    "by now": "say when",
    "in hand": "locked, or read",
    "that there is": "leave it out",
    "told of": "notified of, or reported",
    "tells of": "reports",
    "is told": "is notified, or receives",
    "stands by": "is standby",
    "stand by": "become standby",
    "on duty": "the leader",
    "chore": "backfill",
    "chores": "backfills",
    "seat": "a place in the bulkhead",
    "seats": "bulkhead",
    "lanes": "concurrency, or priority classes",
    "take turns": "rotate",
    "takes turns": "rotates",
    "in turns": "in rotation",
    "whose turn": "which is next in the rotation",
    "its turn": "the lease, or the rotation",
    "has the turn": "holds the lease",
    "the turn": "the lease, or the step",
    "bury": "mark dead",
    "buried": "dead",
    "the door": "authentication, or the middleware",
    "somebody else": "another process",
    "anybody": "name the subject",
    "at its very moment": "at that time",
}
"""Private metaphors and phrases without a subject, each with what to write instead."""

_WORD: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_'`./-]*")
_SENTENCE: Final = re.compile(r"(?<=[.!?;:])\s+|\n\s*\n|\n\s*[-*] ")
_PHRASE: Final = re.compile(
    r"(?<![\w`])(" + "|".join(sorted(BANNED, key=len, reverse=True)) + r")(?![\w`])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One place that breaks a rule."""

    path: Path
    line: int
    what: str

    @override
    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Text:
    line: int
    text: str
    is_docstring: bool = False


def faults_in(source: str, *, path: Path = Path("x.py")) -> list[Fault]:
    """Return the faults of one module, in the order of its lines."""
    found = [Fault(path, text.line, what) for text in _texts(source) for what in _faults(text)]
    return sorted(found, key=lambda fault: fault.line)


def faults(folders: Sequence[str] = PRODUCT) -> list[Fault]:
    """Return the faults of every module under the folders; migrations that have been released stay as they are."""
    return [
        fault
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "versions" not in path.parts
        for fault in faults_in(path.read_text(encoding="utf-8"), path=path.relative_to(ROOT))
    ]


def _faults(text: _Text) -> Iterator[str]:
    words = _WORD.findall(text.text)
    if text.is_docstring and words and words[0] in FIRST_WORDS:
        yield f"a docstring that starts with {words[0]}"
    for phrase in _PHRASE.findall(" ".join(text.text.split())):
        yield f"{phrase!r}: {BANNED[phrase.lower()]}"
    for sentence in _SENTENCE.split(text.text):
        if len(_WORD.findall(sentence)) > LONGEST_SENTENCE:
            yield f"a sentence of {len(_WORD.findall(sentence))} words: {' '.join(sentence.split())[:60]} …"


def _texts(source: str) -> Iterator[_Text]:
    for node in ast.walk(ast.parse(source)):
        for child in getattr(node, "body", ()) if isinstance(getattr(node, "body", None), list) else ():
            if (
                isinstance(child, ast.Expr)
                and isinstance(child.value, ast.Constant)
                and isinstance(child.value.value, str)
            ):
                yield _Text(child.lineno, child.value.value, is_docstring=True)
        if isinstance(node, ast.Call) and _is_log(node) and node.args and isinstance(node.args[0], ast.Constant):
            yield _Text(node.lineno, str(node.args[0].value))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield from (
                _Text(one.lineno, str(one.value)) for one in ast.walk(node.exc) if isinstance(one, ast.Constant)
            )
    yield from _comments(source)


def _is_log(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "logger"
    )


def _comments(source: str) -> Iterator[_Text]:
    """Yield comments; lines that follow each other are one text."""
    block: list[str] = []
    first = last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line = token.start[0]
        if block and (line != last + 1 or not token.line.lstrip().startswith("#")):
            yield _Text(first, "\n".join(block))
            block = []
        if not block:
            first = line
        block.append(token.string.lstrip("# "))
        last = line
    if block:
        yield _Text(first, "\n".join(block))


if __name__ == "__main__":
    listed = faults(sys.argv[1:] or PRODUCT)
    for fault in listed:
        sys.stdout.write(f"{fault}\n")
    sys.stdout.write(f"{len(listed)} faults\n")
