"""Outcomes that an operator decides, judged by CDRs: a carrier's own cause table, and a message that is not there."""

from typing import Any

from tests.stack.operator import Operator
from tests.stack.running import Stack
from tests.stack.waiting import wait_until
from worker.domain.switch_address import SwitchUrl
from worker.telephony.connection import open_connection


def test_a_carriers_table_decides_the_next_end_and_gives_the_attempt_back(operator: Operator) -> None:
    carrier = operator.carrier()
    campaign = operator.campaign(carrier=carrier, recall_times=0)
    list_uuid = operator.import_leads(campaign, ["0981000301"])
    operator.put_carrier(carrier, data={"causes": [{"sip_status": 486, "outcome": "congestion", "counts": False}]})

    operator.start(campaign)
    (cdr,) = _cdrs(operator, campaign, count=1)
    (lead,) = operator.stack.get("/v3/lead", list_uuid=list_uuid)["data"]
    operator.put(campaign, status="stop")

    assert (cdr["cause"], cdr["status"], cdr["counted"]) == ("USER_BUSY", "congestion", False)
    assert (lead["called_count"], lead["alt_status"]) == (0, "congestion")
    assert operator.monitor(campaign)["total_remain"] == 1


def test_a_call_whose_message_is_missing_has_failed_and_is_called_again(operator: Operator) -> None:
    template = operator.template()
    recall = {"recall_times": 1, "recall_status": ["failed"], "schedule_recall": "after"}
    campaign = operator.campaign(carrier=operator.carrier(), template_uuid=template, **recall)
    operator.import_leads(campaign, ["0981000310"])

    _tell(operator.stack, f"message {template} missing")
    operator.start(campaign)
    wait_until(lambda: len(operator.dials(campaign)) == 1, seconds=30)
    _cdrs(operator, campaign, count=1)
    _tell(operator.stack, f"message {template} present")
    operator.wait_until_over(campaign)

    told = _cdrs(operator, campaign, count=2)
    assert {(cdr["status"], cdr["cause"], cdr["time_answered"] != "") for cdr in told} <= {
        ("failed", "SERVICE_UNAVAILABLE", True),
        ("answered", "NORMAL_CLEARING", True),
    }
    assert [cdr["status"] for cdr in told][-1] == "failed", "the first call, which is last in the list"


def _cdrs(operator: Operator, campaign: str, *, count: int) -> list[dict[str, Any]]:
    def read() -> list[dict[str, Any]]:
        return list(operator.stack.get("/v3/cdr", campaign_uuid=campaign, limit=50)["data"])

    wait_until(lambda: len(read()) >= count, seconds=30)
    return read()


def _tell(stack: Stack, command: str) -> None:
    connection = open_connection(SwitchUrl.parse(stack.environment["CALLBEAT_SWITCH_URLS"]))
    assert connection.command(f"api {command}").text.startswith("+OK")
    connection.close()
