"""Which promises a run broke, by what the switch, the receiver and the database say of it."""

from collections import Counter
from collections.abc import Sequence

from rich.table import Table

from tests.faults import longest, prompt, records, rules, stakes, times, voice_rules
from tests.faults.answered import called_again_after_an_answer
from tests.faults.attempts import spending, spent_on_nobody
from tests.faults.dials import dials
from tests.faults.evidence import Evidence
from tests.faults.promises import Broken, Promise, Tolerance
from tests.faults.standstill import idle_stretches, standing_still
from tests.faults.truth import not_the_truth, told_twice

UNLIMITED = float("inf")

__all__ = ["Broken", "Promise", "Tolerance", "judge", "table"]


def judge(evidence: Evidence, *, tolerance: Tolerance | None = None) -> list[Broken]:
    """Give every promise that was broken; none when all held."""
    allowed = tolerance or Tolerance()
    seen = dials(evidence, tolerance=allowed)
    return [
        *rules.dialled_twice(evidence, seen),
        *called_again_after_an_answer(evidence, tolerance=allowed),
        *spent_on_nobody(evidence),
        *rules.too_many_attempts(evidence, seen),
        *rules.over_a_limit(evidence, seen),
        *rules.too_fast(evidence, seen),
        *rules.outside_a_window(evidence, seen, tolerance=allowed),
        *rules.not_running(evidence, seen),
        *rules.on_do_not_call(evidence, seen),
        *longest.too_long(evidence, tolerance=allowed),
        *standing_still(evidence, tolerance=allowed),
        *not_the_truth(evidence),
        *records.leads_not_ended(evidence),
        *records.dials_without_cdr(seen),
        *times.ends_at_another_time(evidence, tolerance=allowed),
        *records.calls_still_live(evidence),
        *records.cdrs_not_in_outbox(evidence),
        *records.cdrs_not_received(evidence),
        *prompt.late(evidence, tolerance=allowed),
        *records.stored_too_much(evidence),
        *voice_rules.left_to_silence(evidence, tolerance=allowed),
        *voice_rules.wrong_messages(evidence),
        *voice_rules.other_keys(evidence),
        *voice_rules.dialled_after_opting_out(evidence, tolerance=allowed),
        *voice_rules.codes_left_behind(evidence),
        *records.two_webhook_ids(evidence),
    ]


def table(broken: Sequence[Broken], evidence: Evidence) -> Table:
    """Show how often each promise was put to the test, and how often it was broken; to be printed with rich."""
    shown = Table("promise", "checked", "broken", title="What the judge found")
    counted = Counter(each.promise for each in broken)
    for promise, checked in checks(evidence).items():
        style = "bold red" if counted[promise] else ""
        shown.add_row(promise.value, f"{checked}", f"{counted[promise]}", style=style)
    shown.add_section()
    for what, figure in stakes.tried(evidence, dials(evidence, tolerance=Tolerance())).items():
        shown.add_row(what, figure, "")
    return shown


def checks(evidence: Evidence) -> dict[Promise, int]:
    """Count what each promise was held against: only dials, leads, calls and callbacks that could have broken it."""
    rows, seen = evidence.rows, dials(evidence, tolerance=Tolerance())
    wanted = sum(1 for _ in records.calls_with_cdr(evidence))
    at_stake = rules.at_stake(evidence, seen)
    counts = {
        **at_stake,
        **voice_rules.at_stake(evidence),
        Promise.ANSWERED: sum(line.event == "answered" for line in evidence.lines),
        Promise.NOBODY: sum(1 for _ in spending(evidence)),
        Promise.LONGEST_CALL: sum(1 for *_, limit in longest.talks(evidence) if limit < UNLIMITED),
        Promise.STANDSTILL: sum(1 for _ in idle_stretches(evidence)),
        Promise.TRUTH: sum(1 for _ in told_twice(evidence)),
        Promise.LEAD_ENDS: len(rows.leads),
        Promise.TIMES: sum(1 for _ in times.ends(evidence)),
        Promise.NOT_LIVE_FOR_EVER: len(rows.calls),
        Promise.CDR_IN_OUTBOX: wanted,
        Promise.CDR_RECEIVED: wanted,
        Promise.PROMPT: sum(map(len, prompt.delays(evidence, within=Tolerance().prompt).values())),
        Promise.CAPS: sum(hoard.asked for hoard in evidence.hoards),
        Promise.ONE_WEBHOOK_ID: len(evidence.received),
    }
    return {promise: counts.get(promise, len(seen)) for promise in Promise}
