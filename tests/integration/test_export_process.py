"""The process that makes exports: it is started for the first one, serves all, and ends with its API."""

import signal
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

from tests.builders import fill_store
from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.callbeat import api_command
from tests.stack.environment import TOKEN, environment
from tests.stack.process import Process
from tests.stack.running import START_SECONDS
from tests.stack.waiting import wait_until
from worker.store.base.engine import make_engine
from worker.store.base.migrate import migrate
from worker.store.transaction import SqlStore

ENDED_SECONDS = 20.0


def test_the_process_for_exports_ends_with_its_api(tmp_path: Path) -> None:
    database, port = f"sqlite:///{tmp_path / 'callbeat.db'}", free_port()
    engine = make_engine(database)
    migrate(engine)
    fill_store(SqlStore(engine))
    engine.dispose()
    nowhere = f"redis://{LOOPBACK}:{free_port()}/0"
    around = environment(home=tmp_path, database_url=database, redis_url=nowhere, api_token=TOKEN)
    client = httpx.Client(
        base_url=f"http://{LOOPBACK}:{port}", headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False, timeout=60
    )

    with client, Process("api", api_command(port=port), around, log=tmp_path / "api.log") as process:
        wait_until(lambda: _answers(client), seconds=START_SECONDS)
        api = psutil.Process(process.pid)
        assert api.children() == []

        texts = [client.get("/v3/lead/export?headings=keys").raise_for_status().text for _ in range(2)]
        (beside,) = api.children()
        assert texts[0] == texts[1]
        assert texts[0].startswith('"phone_number"')

        beside.kill()  # the next export is made by another one
        assert client.get("/v3/lead/export?headings=keys").text == texts[0]
        (another,) = api.children()
        assert another.pid != beside.pid

        api.send_signal(signal.SIGKILL)
        assert another.wait(ENDED_SECONDS) is None


def _answers(client: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        return client.get("/health/live").is_success
    return False
