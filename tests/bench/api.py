"""Millions of CDRs read by every filter and exported, and a million leads uploaded, beside PostgreSQL itself."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import httpx
import psutil

from tests.bench.api_world import CDRS, World, a_client, world
from tests.bench.figures import Figure, quantile
from tests.bench.scale import spaced
from tests.builders import CAMPAIGN, TENANT, list_of
from tests.stack.postgres import Postgres
from tests.stack.waiting import wait_until

MS: Final = 1000.0
EACH: Final = 7
"""Requests of each kind in a run, whose median is the run's figure."""
STOPS: Final = 200
EXPORTERS: Final = 8
UPLOADED: Final = int(os.environ.get("BENCH_UPLOAD", "1000000"))
UPLOAD_SECONDS: Final = 400.0
OLD_DAY: Final = "start_date=2026-09-08&end_date=2026-09-08"
OWN: Final = "SELECT * FROM calls WHERE tenant_id = %s AND state = 'ended' ORDER BY started_at DESC, id DESC LIMIT 100"
PAGES: Final = {
    "10 newest": "limit=10",
    "100 newest": "limit=100",
    "page 2 001 of 100": "limit=100&offset=200000",
    "the last page of 100": f"limit=100&offset={CDRS - 100}",
    "a day, 80 days ago": f"limit=100&{OLD_DAY}",
    "a day by its end": "limit=100&start_date_ended=2026-09-08&end_date_ended=2026-09-08",
    "a year without calls": "limit=100&start_date=2020-01-01&end_date=2020-12-31",
    "a number": "limit=100&phone=0900007919",
    "a number that nobody has": "limit=100&phone=0399999999",
    "a hotline": "limit=100&hotline=02873000003",
    "a hotline that nobody has": "limit=100&hotline=02879999999",
    "campaign and yesterday": f"limit=100&campaign_uuid={CAMPAIGN}&start_date=2026-11-27",
    "a list": f"limit=100&list_uuid={list_of(CAMPAIGN)}",
    "a run": "limit=100&run_id=00000000-0000-0000-0000-000000000002",
    "a reference": "limit=100&ref_id=order-100000",
    "a lead": "limit=100&lead_uuid=00000000-0000-0000-0000-000000000007",
    "an outcome": "limit=100&outcome=answered",
    "a rare outcome": "limit=100&outcome=voicemail",
    "a key": "limit=100&press_key=1",
}
EXPORTS: Final = {"CSV": "", "XLSX": "&format=xlsx", "CSV, packed": "&gzip=true"}
PERIOD: Final = "start_date=2026-11-25&end_date=2026-11-27"
COPIED: Final = "COPY (SELECT * FROM calls WHERE started_at >= '2026-11-24 17:00:00+00') TO STDOUT (FORMAT csv)"


def api(postgres: Postgres, redis_url: str, *, runs: int) -> list[Figure]:
    """Measure pages, exports, stops beside exports, and an upload with edits beside it."""
    with world(postgres, redis_url) as made:
        return [*_pages(made, runs=runs), *_exports(made, runs=runs), *_stops(made), *_upload(made)]


def _pages(made: World, *, runs: int) -> Iterator[Figure]:
    own = [_median_ms(lambda: made.database.execute(OWN, [TENANT]).fetchall()) for _ in range(runs)]
    for name, query in PAGES.items():
        yield Figure(
            bench="api",
            what=f"ms of {name} of {spaced(CDRS)} CDRs, median",
            ours=[_median_ms(partial(_get, made.api, f"/v3/cdr?{query}")) for _ in range(runs)],
            limit=own,
            held_against="PostgreSQL's own scan of an index for 100 rows",
            target="≤ 100",
        )
    yield Figure(
        bench="api",
        what="ms of a page behind a cursor in the middle, median",
        ours=[_median_ms(_cursor_step(made)) for _ in range(runs)],
        limit=own,
        held_against="PostgreSQL's own scan of an index for 100 rows",
        target="≤ 100",
    )


def _cursor_step(made: World) -> Callable[[], object]:
    middle = made.api.get(f"/v3/cdr?limit=1&offset={CDRS // 2}").json()["next_cursor"]
    return lambda: _get(made.api, f"/v3/cdr?limit=100&cursor={middle}")


def _exports(made: World, *, runs: int) -> Iterator[Figure]:
    before = _resident(made.process.pid)
    for name, form in EXPORTS.items():
        yield Figure(
            bench="api",
            what=f"CDRs a second exported as {name}",
            ours=[_rows_a_second(made, partial(_drain, made.api, f"/v3/cdr/export?{PERIOD}{form}"))
                  for _ in range(runs)],
            limit=[_rows_a_second(made, lambda: _copy(made)) for _ in range(runs)],
            held_against="COPY TO STDOUT of the same rows",
        )  # fmt: skip
    after = _resident(made.process.pid)
    yield Figure(
        bench="api", what="MiB of the API after exports", ours=[after], limit=[before], held_against="before them"
    )


def _rows_a_second(made: World, work: Callable[[], object]) -> float:
    rows = made.database.execute("SELECT count(*) FROM calls WHERE started_at >= '2026-11-24 17:00:00+00'").fetchone()
    began = time.perf_counter()
    work()
    return (rows[0] if rows else 0) / (time.perf_counter() - began)


def _copy(made: World) -> None:
    with made.database.cursor().copy(COPIED) as copying:
        for _ in copying:
            pass


def _stops(made: World) -> Iterator[Figure]:
    path = f"/v1/campaign/{CAMPAIGN}/run/stop"
    alone = _seconds(made, lambda api: api.post(path, json={}), times=STOPS)
    peak: list[float] = []
    with _exporting(made, peak):
        beside = _seconds(made, lambda api: api.post(path, json={}), times=STOPS)
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        yield Figure(
            bench="api",
            what=f"ms of run/stop beside {EXPORTERS} exporters, {name}",
            ours=[MS * quantile(beside, share)],
            limit=[MS * quantile(alone, share)],
            held_against="alone",
            target="p99 ≤ 100",
        )
    yield Figure(
        bench="api", what=f"MiB of the API and its exporter at their peak beside {EXPORTERS} exports", ours=[max(peak)]
    )


@contextmanager
def _exporting(made: World, peak: list[float]) -> Iterator[None]:
    """Run exporters, half of them of workbooks, until the block ends; note the API's memory."""
    end, seen = threading.Event(), psutil.Process(made.process.pid)

    def export(number: int) -> None:
        with a_client(made.api.base_url.port or 0) as api:
            while not end.is_set():
                form = "&format=xlsx" if number % 2 else ""
                with api.stream("GET", f"/v3/cdr/export?headings=vi{form}") as answer:
                    for _ in answer.iter_raw():
                        if end.is_set():
                            break

    def watch() -> None:
        while not end.wait(0.2):
            peak.append(sum(_resident(one.pid) for one in (seen, *seen.children())))

    with ThreadPoolExecutor(EXPORTERS + 1) as threads:
        watching = [threads.submit(watch), *(threads.submit(export, number) for number in range(EXPORTERS))]
        time.sleep(2)
        try:
            yield
        finally:
            end.set()
    for one in watching:
        one.result()


def _upload(made: World) -> Iterator[Figure]:
    rows = "".join(f"098{number:07},Nguyễn Văn {number}\n" for number in range(UPLOADED))
    content = f"phone_number,lead_name\n{rows}".encode()
    path = f"/v3/campaign/{CAMPAIGN}"
    alone = _seconds(made, lambda api: api.put(path, json={"description": "x"}), times=STOPS)
    end, peak = threading.Event(), [0.0]

    def watch() -> None:
        while not end.wait(0.2):
            peak[0] = max(peak[0], _resident(made.files.pid))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    began = time.perf_counter()
    sent = made.api.post(
        "/v3/lead/file", data={"list_uuid": str(list_of(CAMPAIGN))}, files={"file": ("leads.csv", content)}
    )
    import_id = sent.json()["import_uuid"]
    beside = _seconds(made, lambda api: api.put(path, json={"description": "y"}), times=STOPS)
    wait_until(lambda: _is_imported(made, import_id), seconds=UPLOAD_SECONDS)
    taken = time.perf_counter() - began
    end.set()
    watching.join()
    yield Figure(bench="api", what="MiB of the worker that imports it, at its peak", ours=peak, target="≤ 200")
    yield Figure(
        bench="api",
        what=f"s until a file of {spaced(UPLOADED)} leads is imported",
        ours=[taken],
        limit=[_copied_leads(made)],
        held_against="COPY of the same rows into a table with the same indexes",
        target="≤ 60",
    )
    yield Figure(
        bench="api",
        what="ms of a PUT beside it, p99",
        ours=[MS * quantile(beside, 0.99)],
        limit=[MS * quantile(alone, 0.99)],
        held_against="alone",
        target="≤ 100",
    )


def _resident(pid: int) -> float:
    """Return the MiB of a process that are in memory, as the kernel adds them up."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:")) / 2**10


def _is_imported(made: World, import_id: str) -> bool:
    told = made.api.get(f"/v3/import/{import_id}").json()
    return bool(told["ended_at"] and not told["ended_at"].startswith("0001"))


def _copied_leads(made: World) -> float:
    made.database.execute("CREATE TABLE copied (LIKE leads INCLUDING ALL)")
    with made.database.cursor().copy("COPY (SELECT * FROM leads WHERE phone LIKE '098%') TO STDOUT") as reading:
        rows = b"".join(bytes(part) for part in reading)
    began = time.perf_counter()
    with made.database.cursor().copy("COPY copied FROM STDIN") as writing:
        writing.write(rows)
    return time.perf_counter() - began


def _seconds(made: World, ask: Callable[[httpx.Client], httpx.Response], *, times: int) -> Sequence[float]:
    found = []
    with a_client(made.api.base_url.port or 0) as api:
        for _ in range(times):
            began = time.perf_counter()
            ask(api).raise_for_status()
            found.append(time.perf_counter() - began)
    return found


def _median_ms(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(EACH):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return MS * median(taken)


def _get(api: httpx.Client, path: str) -> None:
    api.get(path).raise_for_status()


def _drain(api: httpx.Client, path: str) -> None:
    with api.stream("GET", path) as answer:
        answer.raise_for_status()
        for _ in answer.iter_raw():
            pass
