"""OTPs: at any hour, ahead of a campaign, never past a limit or to a number on do-not-call."""

import json
import time

from tests.stack.operator import ON_ITS_WAY_SECONDS, Operator, numbers_of, week
from tests.stack.waiting import wait_until
from worker.simulator.log import peak

SOON_SECONDS = 3.0
"""On an idle machine it takes a tenth of a second; a tick would take a second."""


def test_an_otp_goes_out_at_any_hour_under_the_id_that_was_promised(operator: Operator) -> None:
    shut = [week(time.time() + 7200, time.time() + 7260)]
    campaign = operator.campaign(carrier=operator.carrier(), schedules=shut, callback_url=operator.stack.receiver.url)
    template = operator.stack.get("/v3/template", limit=1)["data"][0]["template_name"]
    body = {"campaign_uuid": campaign, "template": template, "code_otp": "4711"}

    asked_at = time.time()
    promised = operator.stack.post(
        "/v3/autocall/otp", {**body, "phone_number": "0981234560", "ref_id": f"r-{campaign}"}
    )
    operator.wait_for_dials(campaign, dials=1)
    wait_until(lambda: promised["call_id"] in operator.stack.receiver.cdrs, seconds=30)

    dial = operator.dials(campaign)[0]
    cdr = operator.stack.get(f"/v3/autocall/log/r-{campaign}/ref_id")
    assert (dial.call, dial.number) == (promised["call_id"], "0981234560")
    assert dial.at < asked_at + SOON_SECONDS
    assert cdr == operator.stack.get(f"/v3/cdr/{promised['call_id']}")
    told = operator.stack.receiver.cdrs[promised["call_id"]]
    assert told["ref_id"] == f"r-{campaign}"
    assert cdr["additional"]["code_otp"] == told["additional"]["code_otp"] == ""
    path = f"/v3/lead/{promised['lead_uuid']}"
    wait_until(lambda: json.loads(operator.stack.get(path)["additional"])["code_otp"] == "", seconds=30)


def test_an_otp_goes_ahead_of_a_campaign_but_not_past_the_carriers_limit(operator: Operator) -> None:
    carrier = operator.carrier(concurrent_call=1)
    busy = operator.campaign(carrier=carrier)
    code = operator.campaign(carrier=carrier)
    operator.import_leads(busy, numbers_of("viettel", count=30, series=6))
    template = operator.stack.get("/v3/template", limit=1)["data"][0]["template_name"]
    operator.start(busy)
    operator.wait_for_dials(busy, dials=3)

    asked_at = time.time()
    operator.stack.post(
        "/v3/autocall/otp",
        {"campaign_uuid": code, "phone_number": "0911234560", "template": template, "code_otp": "1"},
    )
    operator.wait_for_dials(code, dials=1)
    operator.put(busy, status="stop")

    both = [line for line in operator.stack.carried() if line.campaign in {busy, code}]
    dials = [line for line in both if line.event == "originated"]
    code_at = next(line.at for line in dials if line.campaign == code)
    ahead = [line for line in dials if asked_at + ON_ITS_WAY_SECONDS < line.at < code_at]
    assert peak(both) == 1
    assert len(ahead) <= 1


def test_an_otp_never_goes_to_a_number_on_do_not_call(operator: Operator) -> None:
    campaign = operator.campaign(carrier=operator.carrier())
    template = operator.stack.get("/v3/template", limit=1)["data"][0]["template_name"]
    operator.stack.post("/v1/blacklist", {"blacklist": [{"phone_number": "0961234560", "description": ""}]})

    body = {"campaign_uuid": campaign, "template": template, "code_otp": "1", "phone_number": "84961234560"}
    lead = operator.stack.post("/v3/autocall/otp", body)["lead_uuid"]
    wait_until(lambda: operator.monitor(campaign)["total_dnc"] == 1, seconds=10)

    assert operator.dials(campaign) == []
    assert [why["code"] for why in operator.stack.get(f"/v3/lead/{lead}/why")["reasons"]] == ["do_not_call"]
