"""Every duration on which safety rests, in one place, with the order that the durations must keep.

``tests/unit/domain/test_timing.py`` asserts that order. A duration may be changed as long as that test holds; each
text says what gets worse on either side. Durations that only cost comfort or speed stand where they are used.

How they follow each other, in seconds::

    a dial        |-- VERDICT_HOLDS 0.4 --| STOPS_BEFORE_END 0.5 |          window ends

    a token       |------- TOKEN_RETURNS 1.01 -------| SWITCH_SETTLES 1.1 |
                  |- PACED_AHEAD 0.25 -|

    a dead switch |- SIGN_OF_LIFE_AFTER 0.5 -|-- SIGN_OF_LIFE_WITHIN 1.5 --|   TOKEN_UNCONFIRMED 3

    a leader      |- renews 1 -|- 1 -|- 1 -| LEADER_LEASE 3 | STANDBY_PRECEDENCE 1 |      EVENTS_REMEMBERED 15

    a lost call   |-- CALL_ASKED_AFTER 5 --|------- CALL_LOST_AFTER 12 -------|   or CDR_GRACE 75, if CDRs are posted

    a host        |- looks 0.3 -| renews 2 |  SESSION 5  | HOST_LEASE 8 |
"""

from typing import Final

from pendulum import Duration

# --- A dial ----------------------------------------------------------------------------------------------------------

VERDICT_HOLDS: Final = Duration(milliseconds=400)
"""A judged call is sent to the switch within this time or judged again.

Shorter than ``STOPS_BEFORE_END``, so that nothing judged inside a window begins after it.
"""
STOPS_BEFORE_END: Final = Duration(milliseconds=500)
"""No dial begins in this last part of a window, because a dial takes time to reach the switch."""
ORIGINATE_ANSWERED_WITHIN: Final = Duration(milliseconds=750)
"""A switch accepts an originate at once, before it dials. Without an answer the connection is closed with all that has
not arrived: a call must not leave the network long after it was judged."""
ORIGINATE_ACKNOWLEDGED_WITHIN: Final = Duration(seconds=2)
"""TCP gives up unacknowledged originates after this time, so that a cut network does not deliver them later."""

# --- Calls per second ------------------------------------------------------------------------------------------------

TOKEN_RETURNS: Final = Duration(milliseconds=1010)
"""A token comes back this long after its call was dialled: one second and a margin, since calls do not all take equally
long from the switch's reply to their INVITE. A longer margin costs as much of the rate."""
BURST_TOKEN_RETURNS: Final = Duration(milliseconds=103)
"""The same, at the least, in a tenth of a second, for a tenth of the calls per second, rounded up, and one more."""
DIAL_TAKES: Final = Duration(milliseconds=15)
"""A worker and its switch usually take less than this from a free token to the confirmation of its dial."""
PACED_AHEAD: Final = Duration(milliseconds=250)
"""Calls are judged this much ahead of their token at most. They are sent at their time, or judged again.

Shorter than ``VERDICT_HOLDS``, with time for a worker that is late.
"""
PACED_PLAN_LEAD: Final = Duration(milliseconds=120)
"""The next plan is made this long before the first token that it may use: a plan and a check must fit in."""
TAKE_LEAD: Final = Duration(milliseconds=4)
"""A token is asked for this long before its time, so that the answer is there when the time has come. Shorter than
``TAKEN_AHEAD_MICROS``, by which tokens are given out before their time."""
TOKEN_UNCONFIRMED: Final = Duration(seconds=3)
"""A reserved token whose dial nobody confirmed counts as used for this long.

Longer than it takes to notice that a switch stands still, which may still carry out what it was sent. Shorter than a
carrier should wait for a worker that died.
"""
NEXT_TOKEN: Final = Duration(seconds=1)
"""A carrier whose calls wait for their time is planned again after this time, if nobody asked for it sooner."""

# --- A switch that stands still --------------------------------------------------------------------------------------

SIGN_OF_LIFE_AFTER: Final = Duration(milliseconds=500)
"""A switch that has been silent for this long is asked for a sign of life."""
SIGN_OF_LIFE_WITHIN: Final = Duration(milliseconds=1500)
"""A switch that does not answer within this time stands still: it may carry out much later what it is sent now."""
SWITCH_SETTLES: Final = Duration(milliseconds=1100)
"""A switch that stood still gets no new calls for this long: it first carries out what it was sent before, and a
carrier's calls per second are counted where they begin. Longer than ``TOKEN_RETURNS``."""
SWITCH_SILENT: Final = Duration(seconds=45)
"""A connection on which nothing arrives for this long is dead and is opened again."""
JOB_WAITS_FOR_CHANNEL: Final = Duration(milliseconds=500)
"""A failed originate job waits this long for a channel event: the switch may report the job before the hang-up."""

# --- A switch that refuses, and one that is away ---------------------------------------------------------------------

SWITCH_GONE_AFTER: Final = Duration(seconds=30)
"""How long no listener hears a switch before subscriptions are told; another listener takes over long before."""
SWITCH_ASKED_EVERY: Final = Duration(seconds=1)
"""A switch is asked for its status this often: whether it takes calls, and how many it has."""
SWITCH_STATUS_HOLDS: Final = Duration(seconds=3)
"""A switch that says that it is paused or full is passed over this long without being asked again. Longer than
``SWITCH_ASKED_EVERY``, so that no call is sent to it between two answers."""
SWITCH_SHORTEST_PAUSE: Final = Duration(seconds=1)
"""A switch that refused a call is passed over this long; FreeSWITCH counts its sessions per second by the second."""
SWITCH_LONGEST_PAUSE: Final = Duration(seconds=8)
"""A switch that goes on refusing gets trial calls this often. Each holds a slot for a while, so not much oftener."""
REFUSAL_REMEMBERED: Final = Duration(seconds=5)
"""Refusals that follow each other within this time are one, whose pauses grow."""
CALL_SURELY_ENDED: Final = Duration(days=1)
"""No CDR ends later than this after its start: CDRs that ended at a time are looked for among those that began since.

Longer than ``UNBOUNDED_CALL``.
"""
UNBOUNDED_CALL: Final = Duration(hours=5)
"""A call that an earlier release dialled, without a longest duration, is taken to be no longer than this: the longest
ringing and the largest longest duration that can be set."""
CALL_SURELY_OVER: Final = Duration(seconds=30)
"""A call on a switch that cannot be asked is over this long after its ringing and its longest talk. Longer than
``LONGEST_CALL_EXCEEDED``, since nobody can end it."""

# --- A trunk that fails ----------------------------------------------------------------------------------------------

TRUNK_SHORTEST_PAUSE: Final = Duration(seconds=1)
"""Until the first trial calls after a carrier's breaker opened; each later pause is twice as long."""
TRUNK_LONGEST_PAUSE: Final = Duration(minutes=1)
"""A trunk that is well again is noticed after this time at the latest. A call that waits for it waits no longer."""
TRUNK_PROVEN_FOR: Final = Duration(minutes=1)
"""A trunk that has not replied for this long starts slowly, since it may have died meanwhile."""

# --- Leaders ---------------------------------------------------------------------------------------------------------

LEADER_LEASE: Final = Duration(seconds=3)
"""A leader that has not renewed its lease for this long is replaced; three renewals may be missed."""
LEASE_RENEWED_EVERY: Final = Duration(seconds=1)
LEASE_RETRIED_EVERY: Final = Duration(milliseconds=500)
"""A standby asks this often whether the lease is free."""
STANDBY_PRECEDENCE: Final = Duration(seconds=1)
"""A lapsed lease is kept this much longer for a process that was standby then: a newcomer has missed events."""
EVENTS_REMEMBERED: Final = Duration(seconds=15)
"""A standby listener keeps the events of this last part, which a leader that has just died may not have handled.

Longer than it takes to notice that the leader is gone.
"""

# --- Stopping --------------------------------------------------------------------------------------------------------

LEASE_OFFERED: Final = Duration(milliseconds=1200)
"""A listener that stops leaves its lease to a standby for this long. Longer than a standby needs to ask for it."""
LEASE_CLOSED_AHEAD: Final = Duration(seconds=5)
"""A listener that stops and must lead on opens its switch to new calls only this far ahead, which never comes."""
DRAIN_TOLD_EVERY: Final = Duration(seconds=2)
ENDED_AFTER_DRAIN: Final = Duration(seconds=1)
"""A process that is still there this long after the drain time is ended, whatever it waits for."""

# --- Lost messages and lost calls ------------------------------------------------------------------------------------

TICK_EVERY: Final = Duration(seconds=1)
"""The beat asks for due plans."""
PLANS_AHEAD: Final = Duration(seconds=1)
"""A tick schedules plans that fall due within this time for their exact time, so that none waits for the next tick."""
SWEEP_EVERY: Final = Duration(seconds=2)
WAKEUP_LAPSES: Final = Duration(seconds=3)
"""A wake-up whose message was lost suppresses identical ones for no longer than this."""
MESSAGE_RESENT: Final = Duration(seconds=3)
"""A queued call whose message was not taken up after this time gets another one; a repeat is harmless."""
UNREACHABLE_PAUSE: Final = Duration(seconds=1)
"""Queued calls wait this long when no switch, no listener or no rate limiter can be reached."""
CALL_ASKED_AFTER: Final = Duration(seconds=5)
"""A call this old is looked up on its switch: before that, its originate may still be on its way."""
CALL_LOST_AFTER: Final = Duration(seconds=12)
"""A call that its switch has not had for this long is over: before that, its last event may only be late."""
UNHEARD_CALL_ASKED_AFTER: Final = Duration(seconds=1)
"""The same for a call that was dialled before the present listener connected: nobody may have heard its end."""
UNHEARD_CALL_LOST_AFTER: Final = Duration(seconds=1)
CDR_GRACE: Final = Duration(seconds=75)
"""The end of a call is not assumed before this time while its switch posts CDRs: the post may be repeated meanwhile.

Longer than all repetitions of one CDR by ``deploy/freeswitch/json_cdr.conf.xml``. Such a call holds its slot.
"""
CDR_HEARD_EVERY: Final = Duration(seconds=10)
"""That a switch posts CDRs is written down this often, so that its row is not written for each call."""
RESTART_NOTICED_WITHIN: Final = Duration(seconds=4)
"""A call dialled this shortly before a restart was noticed may be on the restarted switch: it is not taken for lost.

Longer than a listener that stands still keeps its lease, since nothing is dialled without one.
"""
PLANNED_WHILE_DUE: Final = Duration(seconds=2)
"""A carrier with due leads is planned this often even if the wake-up of a freed channel was lost."""
PLANNED_AT_LEAST: Final = Duration(minutes=10)
"""No plan is stored as due later than this. A later one was stored before a clock was set back, and is due at once."""

LONGEST_CALL_EXCEEDED: Final = Duration(seconds=5)
"""A call that its switch still has so long after the end of its longest talk is ended by the sweep.

Longer than a switch takes to end it by itself, which counts whole seconds and asks for one second of ringing more.
"""

# --- What a callee hears ---------------------------------------------------------------------------------------------

ANSWERED_TO_SILENCE: Final = Duration(seconds=3)
"""The switch itself ends an answered call with which no voice process has spoken by then. It counts whole seconds, so
that it may do so one second early."""
SWITCH_INTRODUCES_ITSELF: Final = Duration(milliseconds=1500)
"""A voice process closes a connection on which it could not begin within this time, and the call ends at once."""
VOICE_STANDS_STILL: Final = Duration(milliseconds=2000)
"""A voice process that shows no sign of life for so long is killed by its guard, which ends its connections."""
VOICE_SIGN_OF_LIFE: Final = Duration(milliseconds=250)
SILENCE_ENDS: Final = Duration(seconds=2)
"""After each act of a conversation the switch ends the call so long after the act should have been over, if the voice
process has told it nothing new: its machine or its network is gone."""

# --- Agents ----------------------------------------------------------------------------------------------------------

CALLEE_ABANDONED_AFTER: Final = Duration(seconds=2)
"""A callee to whom no agent speaks so long after the answer hears a message and is abandoned, as the law counts it."""
AGENT_SOUGHT_FOR: Final = Duration(milliseconds=1700)
"""An agent is looked for so long after the switch connected for an answered call; then the message begins.

Shorter than ``CALLEE_ABANDONED_AFTER`` by what a switch takes to connect and to begin a sound.
"""
AGENT_SOUGHT_EVERY: Final = Duration(milliseconds=150)
"""A callee for whom nobody was free asks again after this time. A shorter one costs a transaction each."""
AGENT_JOINS_WITHIN: Final = Duration(milliseconds=500)
"""A leg that a switch has not connected after this time is dead; 40 to 60 ms were recorded. There must be time for
another agent within ``AGENT_SOUGHT_FOR``."""

LEG_LOST_AFTER: Final = Duration(seconds=10)
"""An off-hook agent whose leg the switch does not have so long after the log-in has none: the phone is rung again, or
the session is over. Longer than a switch takes to make a channel."""
LEG_ENDED_FOR: Final = Duration(seconds=10)
"""The leg of an agent who has left is ended again and again for this long. Longer than ``SWEEP_EVERY``."""

# --- Callbacks -------------------------------------------------------------------------------------------------------

HOST_LEASE: Final = Duration(seconds=8)
"""A host whose sender died gets no callbacks for this long: all that a crash costs."""
HOST_LEASE_RENEWED_EVERY: Final = Duration(seconds=2)
HOST_LOOKED_AT_EVERY: Final = Duration(milliseconds=300)
"""A session looks this often for callbacks that became due meanwhile, once its host has answered: a callback beside
slow URLs of the same host waits no longer. A shorter time costs a transaction each."""
DELIVERY_SESSION: Final = Duration(seconds=5)
"""A delivery task starts no request after this time, so that other hosts are served."""
CALLBACK_ANSWERED_WITHIN: Final = Duration(seconds=10)

# --- Daily reports ---------------------------------------------------------------------------------------------------

SMTP_STEP: Final = Duration(seconds=15)
"""Longest wait for each of the about ten answers of a mail server."""
REPORT_LEASE: Final = Duration(minutes=5)
"""A report whose process died while it was sent is sent by another one after this time. Longer than all of a mail
server's answers together, so that no report is sent by two at once."""

# --- Clocks ----------------------------------------------------------------------------------------------------------

PROCESS_CLOCKS_APART: Final = Duration(seconds=1)
"""Two of our processes may read the database's clock this far apart."""
CLOCK_SET_BACK: Final = Duration(minutes=1)
"""A stored time further ahead than anything is postponed, plus this, is from before the clock was set back."""
