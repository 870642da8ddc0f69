"""The order that safety-relevant durations must keep: each relation with what breaks without it."""

import re
from pathlib import Path

from pendulum import Duration

from worker.domain import timing
from worker.domain.pacing import MICROSECONDS, TAKEN_AHEAD_MICROS

SECOND = Duration(seconds=1)
JSON_CDR = Path(__file__).parents[3] / "deploy" / "freeswitch" / "json_cdr.conf.xml"
_PARAMETER = re.compile(r'<param name="(retries|delay|timeout)" value="([0-9]+)"/>')


def test_a_verdict_is_used_before_a_window_that_it_saw_open_can_end() -> None:
    assert timing.VERDICT_HOLDS < timing.STOPS_BEFORE_END


def test_a_token_comes_back_after_the_second_that_it_stands_for() -> None:
    assert timing.TOKEN_RETURNS > SECOND
    assert timing.BURST_TOKEN_RETURNS > SECOND / 10


def test_a_call_that_is_judged_ahead_of_its_token_is_sent_while_the_verdict_holds() -> None:
    """A worker that is late has the rest of the verdict's time; what it cannot send by then is judged again."""
    assert timing.PACED_AHEAD + SECOND / 10 < timing.VERDICT_HOLDS


def test_the_next_plan_is_made_while_earlier_calls_wait_for_their_time() -> None:
    assert timing.PACED_PLAN_LEAD < timing.PACED_AHEAD
    assert timing.PACED_PLAN_LEAD < timing.MESSAGE_RESENT


def test_a_token_that_is_asked_for_early_is_given_out_for_its_time() -> None:
    """Otherwise the worker would have to ask again when the time has come."""
    assert timing.TAKE_LEAD.total_seconds() * MICROSECONDS < TAKEN_AHEAD_MICROS


def test_an_unconfirmed_token_stays_out_until_a_standing_switch_has_been_noticed() -> None:
    """Otherwise the switch dials what it was sent, and the next second's calls beside it."""
    assert timing.TOKEN_UNCONFIRMED > timing.SIGN_OF_LIFE_AFTER + timing.SIGN_OF_LIFE_WITHIN
    assert timing.TOKEN_UNCONFIRMED > timing.ORIGINATE_ANSWERED_WITHIN + timing.TOKEN_RETURNS


def test_a_switch_settles_for_longer_than_its_last_tokens_are_out() -> None:
    """Otherwise calls of its backlog and new calls begin in one second."""
    assert timing.SWITCH_SETTLES > timing.TOKEN_RETURNS


def test_a_standing_switch_is_noticed_long_before_its_connection_is_given_up() -> None:
    assert timing.SIGN_OF_LIFE_AFTER + timing.SIGN_OF_LIFE_WITHIN < timing.SWITCH_SILENT


def test_an_originate_is_given_up_by_us_before_the_network_gives_it_up() -> None:
    assert timing.ORIGINATE_ANSWERED_WITHIN < timing.ORIGINATE_ACKNOWLEDGED_WITHIN


def test_a_leader_may_miss_two_renewals() -> None:
    assert timing.LEADER_LEASE >= 3 * timing.LEASE_RENEWED_EVERY


def test_a_standby_asks_while_it_has_precedence() -> None:
    """Otherwise a newcomer, which has missed events, is as likely to become leader."""
    assert timing.LEASE_RETRIED_EVERY < timing.STANDBY_PRECEDENCE


def test_a_standby_remembers_what_a_dead_leader_may_have_left_undone() -> None:
    """It notices the lapse after the lease and one question more; a database that is slow adds to that."""
    noticed = timing.LEADER_LEASE + timing.STANDBY_PRECEDENCE + timing.LEASE_RETRIED_EVERY
    assert 2 * noticed < timing.EVENTS_REMEMBERED


def test_a_standby_asks_while_the_lease_is_offered_to_it() -> None:
    """Otherwise the listener that stops leads again, and stays for nothing."""
    assert timing.LEASE_OFFERED > 2 * timing.LEASE_RETRIED_EVERY


def test_a_listener_that_stops_does_not_open_its_switch_between_two_renewals() -> None:
    """A time further ahead than ``CLOCK_SET_BACK`` would be taken for one from before the clock was set back."""
    assert timing.LEADER_LEASE < timing.LEASE_CLOSED_AHEAD < timing.CLOCK_SET_BACK


def test_a_call_is_asked_for_after_its_message_and_its_originate_can_be_under_way() -> None:
    assert timing.CALL_ASKED_AFTER > timing.ORIGINATE_ACKNOWLEDGED_WITHIN + timing.VERDICT_HOLDS
    assert timing.CALL_ASKED_AFTER > timing.MESSAGE_RESENT


def test_a_call_is_not_lost_before_its_events_could_be_handled_by_a_new_leader() -> None:
    noticed = timing.LEADER_LEASE + timing.STANDBY_PRECEDENCE + timing.LEASE_RETRIED_EVERY
    assert noticed + timing.SWEEP_EVERY < timing.CALL_LOST_AFTER


def test_a_call_that_nobody_heard_is_settled_sooner() -> None:
    assert timing.UNHEARD_CALL_ASKED_AFTER < timing.CALL_ASKED_AFTER
    assert timing.UNHEARD_CALL_LOST_AFTER < timing.CALL_LOST_AFTER


def test_the_switch_itself_ends_a_call_before_the_sweep_does() -> None:
    assert timing.LONGEST_CALL_EXCEEDED > 2 * SECOND


def test_a_cdr_is_waited_for_longer_than_an_event_and_than_all_its_repetitions() -> None:
    parameters = {found[1]: int(found[2]) for found in _PARAMETER.finditer(JSON_CDR.read_text(encoding="utf-8"))}
    longest = (parameters["retries"] + 1) * parameters["timeout"] + parameters["retries"] * parameters["delay"]

    assert longest * SECOND < timing.CDR_GRACE
    assert timing.CALL_LOST_AFTER < timing.CDR_GRACE
    assert timing.CDR_HEARD_EVERY < timing.CDR_GRACE


def test_a_restart_is_not_blamed_for_a_call_that_a_stale_listener_let_out_on_the_new_switch() -> None:
    assert timing.RESTART_NOTICED_WITHIN >= timing.LEADER_LEASE + timing.PROCESS_CLOCKS_APART


def test_a_wakeup_that_was_lost_outlives_a_tick_and_no_plan_waits_for_two() -> None:
    assert timing.TICK_EVERY < timing.WAKEUP_LAPSES
    assert timing.PLANS_AHEAD >= timing.TICK_EVERY


def test_the_pauses_of_a_trunk_grow_and_a_reply_outlives_the_clocks_difference() -> None:
    assert timing.TRUNK_SHORTEST_PAUSE < timing.TRUNK_LONGEST_PAUSE < timing.PLANNED_AT_LEAST
    assert timing.TRUNK_PROVEN_FOR > 2 * timing.PROCESS_CLOCKS_APART


def test_no_plan_or_message_is_stored_so_far_ahead_that_it_looks_like_a_clock_set_back() -> None:
    assert timing.CLOCK_SET_BACK > timing.MESSAGE_RESENT
    assert timing.CLOCK_SET_BACK > timing.SWITCH_SETTLES
    assert timing.PLANNED_AT_LEAST > timing.PLANNED_WHILE_DUE


def test_a_host_lease_outlives_a_session_and_two_missed_renewals() -> None:
    assert timing.HOST_LEASE > timing.DELIVERY_SESSION
    assert timing.HOST_LEASE >= 3 * timing.HOST_LEASE_RENEWED_EVERY
    assert timing.HOST_LOOKED_AT_EVERY < timing.HOST_LEASE_RENEWED_EVERY


def test_the_processes_clocks_are_closer_than_a_lease_lasts() -> None:
    assert timing.PROCESS_CLOCKS_APART < timing.LEADER_LEASE


def test_a_switch_that_takes_no_calls_gets_none_between_two_of_its_answers() -> None:
    assert timing.SWITCH_STATUS_HOLDS >= 3 * timing.SWITCH_ASKED_EVERY
    assert timing.SWITCH_SHORTEST_PAUSE < timing.REFUSAL_REMEMBERED < timing.SWITCH_LONGEST_PAUSE


def test_a_call_is_given_up_unasked_only_after_every_other_way_of_ending_it() -> None:
    assert timing.CALL_SURELY_OVER > timing.LONGEST_CALL_EXCEEDED
    assert timing.CALL_SURELY_OVER > timing.CALL_LOST_AFTER


def test_a_cdr_is_found_by_its_end_however_long_the_call_was() -> None:
    assert timing.CALL_SURELY_ENDED > timing.UNBOUNDED_CALL


def test_a_callee_who_hears_nothing_is_let_go_within_three_seconds() -> None:
    assert timing.ANSWERED_TO_SILENCE <= 3 * SECOND
    assert timing.AGENT_SOUGHT_FOR < timing.CALLEE_ABANDONED_AFTER
    assert timing.AGENT_SOUGHT_FOR < timing.ANSWERED_TO_SILENCE - SECOND  # until then the switch would end the call
    assert timing.LEG_ENDED_FOR > 2 * timing.SWEEP_EVERY
    assert timing.AGENT_SOUGHT_EVERY + 2 * timing.AGENT_JOINS_WITHIN < timing.AGENT_SOUGHT_FOR
    assert timing.VOICE_STANDS_STILL + 2 * timing.VOICE_SIGN_OF_LIFE < 3 * SECOND
    assert timing.SWITCH_INTRODUCES_ITSELF < timing.ANSWERED_TO_SILENCE - SECOND


def test_a_voice_process_may_miss_signs_of_life_before_it_is_killed() -> None:
    assert timing.VOICE_STANDS_STILL > 4 * timing.VOICE_SIGN_OF_LIFE


def test_a_switch_is_gone_only_when_no_standby_has_taken_over() -> None:
    takeover = timing.LEADER_LEASE + timing.STANDBY_PRECEDENCE + timing.LEASE_RETRIED_EVERY

    assert 3 * takeover <= timing.SWITCH_GONE_AFTER


def test_no_report_is_mailed_by_two_processes_at_once() -> None:
    steps = 12  # connect, greeting, EHLO twice, STARTTLS, three of the log-in, MAIL, RCPT, DATA, end of the text

    assert steps * timing.SMTP_STEP < timing.REPORT_LEASE
