"""A client that openapi-python-client makes of `/openapi.json` changes what its user names, and nothing else."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tests.stack.environment import TOKEN
from tests.stack.operator import NAMES, Operator
from tests.stack.running import Stack
from tests.stack.waiting import wait_until

GENERATOR = shutil.which("openapi-python-client")
PACKAGE = "client_of_callbeat"
MANAGED = {"revision", "updated_at"}
"""Keys of a campaign that follow from each change."""

pytestmark = pytest.mark.skipif(
    GENERATOR is None and "CI" not in os.environ,  # .ci/run installs it, apart: it wants an older typer than ours
    reason="openapi-python-client is not on the PATH",
)


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder in which clients are generated, once for each description."""
    folder = tmp_path_factory.mktemp("generated")
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


@pytest.fixture
def client(stack: Stack, generated: Path) -> Iterator[SimpleNamespace]:
    """Return the generated functions by name, and the models."""
    if find_spec(PACKAGE) is None:
        described = generated / "openapi.json"
        described.write_text(httpx.get(f"{stack.api.base_url}/openapi.json", timeout=30).text, encoding="utf-8")
        made = subprocess.run(
            [str(GENERATOR), "generate", "--path", described, "--meta", "none", "--output-path", generated / PACKAGE],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        assert "WARNING" not in made.stdout, made.stdout  # it says so of parts that it cannot read, and leaves them out
        importlib.invalidate_caches()
    connected = importlib.import_module(PACKAGE).AuthenticatedClient(
        base_url=str(stack.api.base_url), token=TOKEN, raise_on_unexpected_status=True
    )

    def ask(name: str, *arguments: object, **keywords: object) -> Any:  # Any: a generated model
        module = next((generated / PACKAGE / "api").glob(f"*/{name}.py"))
        sync = importlib.import_module(f"{PACKAGE}.api.{module.parent.name}.{name}").sync
        return sync(*arguments, client=connected, **keywords)

    yield SimpleNamespace(ask=ask, models=importlib.import_module(f"{PACKAGE}.models"))
    connected.get_httpx_client().close()


def test_it_creates_edits_starts_imports_and_reads(stack: Stack, operator: Operator, client: SimpleNamespace) -> None:
    ask, models, name = client.ask, client.models, f"generated {next(NAMES)}"
    plain = stack.get(f"/v3/campaign/{operator.new_campaign(name + ' too')}")
    made = ask(
        "create_campaign", body=models.NewCampaignBody(campaign_name=name, type_=models.NewCampaignBodyType.AUTOCALL)
    )
    campaign = str(made.campaign_uuid)
    path = f"/v3/campaign/{campaign}"
    own = {"campaign_uuid", "campaign_name", "created_at", "schedules", "type_autocall", *MANAGED}
    assert changed(plain, stack.get(path)) <= own  # what it did not name is as in every other new campaign

    carrier, template = operator.carrier(), operator.template()
    body = models.ChangedCampaignBody(carrier_uuid=carrier, template_uuid=template, schedules=[], concurrent_call=3)
    assert str(ask("change_campaign", campaign, body=body).campaign_uuid) == campaign
    before = stack.get(path)

    whole = ask("get_campaign", campaign)
    body = models.ChangedCampaignBody.from_dict(json.loads(json.dumps(whole.to_dict())))
    body.recall_times = 0
    body.description = "changed"
    ask("change_campaign", campaign, body=body)
    assert changed(before, after := stack.get(path)) == {"description", *MANAGED}
    ask("change_campaign", campaign, body=models.ChangedCampaignBody(call_timeout=7))
    assert changed(after, after := stack.get(path)) == {"call_timeout", *MANAGED}

    a_list = ask("create_list", body=models.ListBody(campaign_uuid=campaign, list_name=name)).list_uuid
    rows = [models.LeadBody(phone_number=number, lead_name="An") for number in ("0987000110", "0987000111")]
    added = ask("import_leads", body=models.ManyLeadsBody(list_uuid=str(a_list), data=rows))
    assert (added.total_insert, added.fail) == (2, [])
    ask("start_campaign", campaign)
    wait_until(lambda: ask("list_cdrs", campaign_uuid=campaign).total == 2, seconds=30)

    cdrs = ask("list_cdrs", campaign_uuid=campaign, limit=10).data
    assert {cdr.to_number: cdr.status.value for cdr in cdrs} == {"0987000110": "answered", "0987000111": "busy"}
    assert changed(after, stack.get(path)) == {"status", "run_id", *MANAGED}


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Return the keys with another value."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
