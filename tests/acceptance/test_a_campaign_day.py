"""A campaign from PUT to CDR, driven by HTTP and judged by the switch's and the receiver's own logs."""

from collections import Counter, defaultdict
from itertools import count

import pytest

from tests.acceptance.stack import Stack, wait_until
from worker.telephony.simulator.log import Line, peak_by_campaign

NAMES = count(1)
STATUS_OF_LAST_DIGITS = {
    "0": "answered",
    "1": "busy",
    "2": "no-answered",
    "3": "not-available",
    "4": "invalid-number",
    "5": "not-available",
    "55": "failed",
    "6": "busy",
    "7": "congestion",
    "8": "phone-block",
    "9": "voicemail",
}
RECALLED = {"busy", "no-answered"}
STARTS = ("09810000", "09010000", "09110000", "09210000", "024100000", "09720000")


@pytest.fixture
def carrier(stack: Stack) -> str:
    body = {
        "carrier_name": f"carrier {next(NAMES)}",
        "gateway_uuid": "0b7b5f0e-6a3e-4a53-9c0a-6a36a2b5a001",
        "caller_id": "02873003586",
        "dial_type": "sip_one_for_all",
        "concurrent_call": 30,
        "network": None,
    }
    return str(stack.post("/v3/carrier", body)["carrier_uuid"])


@pytest.fixture
def campaign(stack: Stack, carrier: str) -> str:
    template = {"template_name": f"template {next(NAMES)}", "voice_type": "tts", "content": "Xin chào"}
    template_uuid = stack.post("/v3/template", template)["template_uuid"]
    body = {"campaign_name": f"campaign {next(NAMES)}", "type": "autocall", "type_autocall": "autocall_voice_tts"}
    campaign_uuid = str(stack.post("/v3/campaign", body)["campaign_uuid"])
    chosen = {
        "carrier_uuid": carrier,
        "template_uuid": template_uuid,
        "concurrent_call": 5,
        "call_timeout": 10,
        "schedules": [],
        "recall_times": 1,
        "recall_status": sorted(RECALLED),
        "schedule_recall": "after",
        "callback_url": stack.receiver.url,
        "answer_callback_url": "",
    }
    stack.put(f"/v3/campaign/{campaign_uuid}", chosen)
    return campaign_uuid


def import_leads(stack: Stack, campaign: str, numbers: list[str]) -> str:
    list_uuid = stack.post("/v3/list", {"campaign_uuid": campaign, "list_name": f"list {next(NAMES)}"})["list_uuid"]
    rows = [{"phone_number": number, "lead_name": f"Nguyễn Văn {number[-1]}"} for number in numbers]
    answer = stack.post("/v3/lead/multi", {"list_uuid": list_uuid, "data": rows})
    assert answer["total_insert"] == len(numbers)
    return str(list_uuid)


def is_over(stack: Stack, campaign: str) -> bool:
    numbers = stack.get(f"/v3/campaign/{campaign}/monitor")
    return (numbers["total_remain"], numbers["total_incall"]) == (0, 0)


def sixty_numbers() -> list[str]:
    return [f"{start}{digits:0>2}" for start in STARTS for digits in STATUS_OF_LAST_DIGITS][:60]


def status_of(number: str) -> str:
    return STATUS_OF_LAST_DIGITS.get(number[-2:]) or STATUS_OF_LAST_DIGITS[number[-1:]]


def test_every_number_is_dialled_as_often_as_the_rules_say(stack: Stack, campaign: str) -> None:
    numbers = sixty_numbers()
    import_leads(stack, campaign, numbers)

    stack.post(f"/v3/campaign/{campaign}/run/start", {})
    wait_until(lambda: is_over(stack, campaign), seconds=90)

    carried = [line for line in stack.carried() if line.campaign == campaign]
    dialled = Counter(line.number for line in carried if line.event == "originated")
    expected = {n: 2 if status_of(n) in RECALLED else 1 for n in numbers}
    assert dialled == expected
    assert peak_by_campaign(stack.carried())[campaign] == 5
    assert len({line.call for line in carried if line.event == "originated"}) == sum(expected.values())

    wait_until(lambda: len(_received(stack, campaign)) == sum(expected.values()), seconds=30)
    statuses: defaultdict[str, list[str]] = defaultdict(list)
    for cdr in _received(stack, campaign):
        statuses[str(cdr["to_number"])].append(str(cdr["status"]))
    assert statuses == {n: [status_of(n)] * times for n, times in expected.items()}
    assert stack.receiver.refused == 0


def _received(stack: Stack, campaign: str) -> list[dict[str, object]]:
    return [dict(cdr) for cdr in stack.receiver.cdrs.values() if cdr["campaign_uuid"] == campaign]


def test_what_the_api_tells_agrees_with_what_was_posted(stack: Stack, campaign: str) -> None:
    list_uuid = import_leads(stack, campaign, ["0981000010", "0981000011"])
    stack.post(f"/v1/campaign/{campaign}/run/start", {})
    wait_until(lambda: is_over(stack, campaign) and len(_received(stack, campaign)) == 3, seconds=60)

    told = {cdr["id"]: cdr for cdr in stack.get("/v3/cdr", campaign_uuid=campaign, limit=50)["data"]}
    posted = {str(cdr["id"]): cdr for cdr in _received(stack, campaign)}

    assert told.keys() == posted.keys()
    for call_id, cdr in told.items():
        assert {key: posted[call_id][key] for key in cdr} == cdr
        assert stack.get(f"/v3/cdr/{call_id}") == cdr
    leads = stack.get("/v3/lead", list_uuid=list_uuid)["data"]
    assert sorted((lead["phone_number"], lead["called_count"], lead["alt_status"]) for lead in leads) == [
        ("0981000010", 1, "answered"),
        ("0981000011", 2, "busy"),
    ]


def test_a_stop_ends_dialling_and_a_start_goes_on_with_who_is_left(stack: Stack, campaign: str) -> None:
    numbers = [f"09820{n:04d}0" for n in range(40)]
    import_leads(stack, campaign, numbers)
    stack.post(f"/v3/campaign/{campaign}/run/start", {})
    wait_until(lambda: _dials(stack, campaign) >= 5, seconds=30)

    stack.put(f"/v3/campaign/{campaign}", {"status": "stop"})
    wait_until(lambda: stack.get(f"/v3/campaign/{campaign}/monitor")["total_incall"] == 0, seconds=30)
    when_stopped = _dials(stack, campaign)
    first_run = stack.get(f"/v3/campaign/{campaign}")["run_id"]
    stack.post(f"/v3/campaign/{campaign}/run/start", {})
    wait_until(lambda: is_over(stack, campaign), seconds=60)

    assert first_run == ""
    assert when_stopped < len(numbers)
    assert _dials(stack, campaign) == len(numbers)


def test_a_raised_limit_is_used_and_a_lowered_one_kept(stack: Stack, campaign: str) -> None:
    import_leads(stack, campaign, [f"09830{n:04d}0" for n in range(60)])
    stack.post(f"/v3/campaign/{campaign}/run/start", {})
    wait_until(lambda: _dials(stack, campaign) >= 10, seconds=30)

    stack.put(f"/v3/campaign/{campaign}", {"concurrent_call": 2})
    seen = _dials(stack, campaign)
    wait_until(lambda: _dials(stack, campaign) >= seen + 6, seconds=60)
    late = [line for line in stack.carried() if line.campaign == campaign]
    stack.put(f"/v3/campaign/{campaign}", {"concurrent_call": 12})
    wait_until(lambda: is_over(stack, campaign), seconds=60)

    assert _highest_after(late, dials=seen + 5) <= 2
    assert peak_by_campaign(stack.carried())[campaign] == 12


def _highest_after(lines: list[Line], *, dials: int) -> int:
    """Give the most calls that were up at any dial after so many of them."""
    up: set[str] = set()
    seen = highest = 0
    for line in lines:
        match line.event:
            case "originated":
                seen += 1
                up.add(line.call)
                highest = max(highest, len(up)) if seen > dials else highest
            case "hangup":
                up.discard(line.call)
            case _:
                pass
    return highest


def _dials(stack: Stack, campaign: str) -> int:
    return sum(line.event == "originated" and line.campaign == campaign for line in stack.carried())
