"""A campaign from PUT to CDR, driven by HTTP and judged by the switch's and the receiver's own logs."""

from collections import Counter, defaultdict

import pytest

from tests.stack.operator import Operator
from tests.stack.waiting import wait_until
from worker.simulator.log import Line, peak

STATUS_OF_LAST_DIGITS = {
    "0": "answered",
    "1": "busy",
    "2": "no-answered",
    "3": "not-available",
    "4": "invalid-number",
    "5": "congestion",
    "55": "failed",
    "6": "busy",
    "7": "congestion",
    "8": "phone-block",
    "9": "voicemail",
}
RECALLED = {"busy", "no-answered"}
STARTS = ("09810000", "09010000", "09110000", "09210000", "024100000", "09720000")


@pytest.fixture
def campaign(operator: Operator) -> str:
    recalls = {"recall_times": 1, "recall_status": sorted(RECALLED), "schedule_recall": "after"}
    hooks = {"callback_url": operator.stack.receiver.url, "answer_callback_url": ""}
    return operator.campaign(carrier=operator.carrier(), **recalls, **hooks)


def sixty_numbers() -> list[str]:
    return [f"{start}{digits:0>2}" for start in STARTS for digits in STATUS_OF_LAST_DIGITS][:60]


def status_of(number: str) -> str:
    return STATUS_OF_LAST_DIGITS.get(number[-2:]) or STATUS_OF_LAST_DIGITS[number[-1:]]


def test_every_number_is_dialled_as_often_as_the_rules_say(operator: Operator, campaign: str) -> None:
    numbers = sixty_numbers()
    operator.import_leads(campaign, numbers)

    operator.start(campaign)
    operator.wait_until_over(campaign, seconds=90)

    carried = operator.lines(campaign)
    dialled = Counter(line.number for line in carried if line.event == "originated")
    expected = {n: 2 if status_of(n) in RECALLED else 1 for n in numbers}
    assert dialled == expected
    assert peak(operator.lines(campaign)) == 5
    assert len({line.call for line in carried if line.event == "originated"}) == sum(expected.values())

    wait_until(lambda: len(_received(operator, campaign)) == sum(expected.values()), seconds=30)
    statuses: defaultdict[str, list[str]] = defaultdict(list)
    for cdr in _received(operator, campaign):
        statuses[str(cdr["to_number"])].append(str(cdr["status"]))
    assert statuses == {n: [status_of(n)] * times for n, times in expected.items()}
    assert operator.stack.receiver.refused == 0


def _received(operator: Operator, campaign: str) -> list[dict[str, object]]:
    return [dict(cdr) for cdr in operator.stack.receiver.cdrs.values() if cdr["campaign_uuid"] == campaign]


def test_what_the_api_tells_agrees_with_what_was_posted(operator: Operator, campaign: str) -> None:
    list_uuid = operator.import_leads(campaign, ["0981000010", "0981000011"])
    operator.stack.post(f"/v1/campaign/{campaign}/run/start", {})
    operator.wait_until_over(campaign)
    wait_until(lambda: len(_received(operator, campaign)) == 3, seconds=30)

    told = {cdr["id"]: cdr for cdr in operator.stack.get("/v3/cdr", campaign_uuid=campaign, limit=50)["data"]}
    posted = {str(cdr["id"]): cdr for cdr in _received(operator, campaign)}

    assert told.keys() == posted.keys()
    for call_id, cdr in told.items():
        assert {key: posted[call_id][key] for key in cdr} == cdr
        assert operator.stack.get(f"/v3/cdr/{call_id}") == cdr
    leads = operator.stack.get("/v3/lead", list_uuid=list_uuid)["data"]
    assert sorted((lead["phone_number"], lead["called_count"], lead["alt_status"]) for lead in leads) == [
        ("0981000010", 1, "answered"),
        ("0981000011", 2, "busy"),
    ]


def test_a_stop_ends_dialling_and_a_start_goes_on_with_who_is_left(operator: Operator, campaign: str) -> None:
    numbers = [f"09820{n:04d}0" for n in range(40)]
    operator.import_leads(campaign, numbers)
    operator.start(campaign)
    operator.wait_for_dials(campaign, dials=5)

    operator.put(campaign, status="stop")
    wait_until(lambda: operator.monitor(campaign)["total_incall"] == 0, seconds=30)
    when_stopped = len(operator.dials(campaign))
    first_run = operator.stack.get(f"/v3/campaign/{campaign}")["run_id"]
    operator.start(campaign)
    operator.wait_until_over(campaign)

    assert first_run == ""
    assert when_stopped < len(numbers)
    assert len(operator.dials(campaign)) == len(numbers)


def test_a_raised_limit_is_used_and_a_lowered_one_kept(operator: Operator, campaign: str) -> None:
    operator.import_leads(campaign, [f"09830{n:04d}0" for n in range(120)])
    operator.start(campaign)
    operator.wait_for_dials(campaign, dials=10)

    operator.put(campaign, concurrent_call=2)
    seen = len(operator.dials(campaign))
    operator.wait_for_dials(campaign, dials=seen + 6, seconds=60)
    late = operator.lines(campaign)
    operator.put(campaign, concurrent_call=12)
    operator.wait_until_over(campaign)

    assert _highest_after(late, dials=seen + 5) <= 2
    assert peak(operator.lines(campaign)) == 12


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
