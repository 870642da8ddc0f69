"""Help and version answer at once, because no part behind a command is imported for them."""

import json
import subprocess
import sys
from typing import Final

import pytest

HEAVY: Final = {
    "sqlalchemy", "alembic", "psycopg", "celery", "kombu", "redis", "fakeredis", "fastapi", "starlette", "uvicorn",
    "pydantic", "pydantic_settings", "pendulum", "httpx", "httpcore", "orjson", "flower", "supervisor",
}  # fmt: skip
PROGRAM: Final = """
import json, sys
sys.argv = ["callbeat", *sys.argv[1:]]
from worker.cli import main
try:
    main()
except SystemExit:
    pass
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


OF_TYPER: Final = {"pydantic"}
"""What Typer itself imports to read a command's options."""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []])
def test_no_vendor_is_imported_to_list_the_commands(arguments: list[str]) -> None:
    assert _vendors(*arguments) == set()


@pytest.mark.parametrize("command", [["up"], ["worker"], ["top"], ["tenant", "set"], ["demo"]])
def test_none_of_ours_is_imported_for_a_commands_help(command: list[str]) -> None:
    assert _vendors(*command, "--help") - OF_TYPER == set()


def _vendors(*arguments: str) -> set[str]:
    ran = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True)

    *shown, modules = ran.stdout.splitlines()
    assert shown or ran.stderr  # without arguments the help is an error
    return set(json.loads(modules)) & HEAVY
