"""What the documented PUT names, under the ids that it uses; tests on one stack share it."""

from tests.builders.documented_put import seed_body
from tests.stack.running import Stack

MADE_OR_THERE = {200, 409}


def make_what_the_document_names(stack: Stack) -> None:
    """Make carrier, template and campaign, unless another test has."""
    seed = seed_body()
    carrier = {
        "carrier_uuid": seed["carrier_uuid"],
        "carrier_name": "seed",
        "gateway_uuid": "g",
        "caller_id": "02873000000",
        "dial_type": "sip_one_for_all",
        "concurrent_call": 10,
    }
    template = {"template_uuid": seed["template_uuid"], "template_name": "seed", "voice_type": "tts"}
    campaign = {"campaign_uuid": seed["campaign_uuid"], "campaign_name": "before", "type": "autocall"}
    for path, body in (("carrier", carrier), ("template", template), ("campaign", campaign)):
        answer = stack.api.post(f"/v3/{path}", json=body)
        assert answer.status_code in MADE_OR_THERE, answer.text
