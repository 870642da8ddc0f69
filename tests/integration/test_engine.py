"""Opening the embedded database: whoever comes at the same moment gets in."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from sqlalchemy import text

from worker.store.base.durability import durability_risks
from worker.store.base.engine import make_engine

ROUNDS = 40
AT_ONCE = 8


def test_processes_that_open_a_new_database_at_once_all_get_in(tmp_path: Path) -> None:
    def journal_mode(number: int, together: Barrier) -> str:
        engine = make_engine(f"sqlite:///{tmp_path / str(number)}.sqlite3")
        together.wait()
        try:
            with engine.connect() as connection:
                return str(connection.execute(text("PRAGMA journal_mode")).scalar_one())
        finally:
            engine.dispose()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(ROUNDS):
            together = Barrier(AT_ONCE)
            modes = list(pool.map(lambda _, n=number, b=together: journal_mode(n, b), range(AT_ONCE)))

            assert modes == ["wal"] * AT_ONCE


def test_a_server_that_flushes_nothing_is_named(postgres_url: str) -> None:
    engine = make_engine(postgres_url)

    assert durability_risks(engine) == ["fsync is off: a loss of power destroys the database"]  # as tests run it
    engine.dispose()
