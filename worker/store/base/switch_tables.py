"""The table of switches: what the operator set, and what the processes learnt."""

from typing import Final

from sqlalchemy import Column, Integer, String, Table, Text, Uuid, text

from worker.domain.switch import SwitchState
from worker.store.base.columns import Choice, Instant, id_column, json_type
from worker.store.base.schema import metadata

switches: Final = Table(
    "switches",
    metadata,
    Column("name", String, primary_key=True),  # as in calls.switch
    Column("url", Text, nullable=False),  # with the password
    Column("weight", Integer, nullable=False, server_default=text("1")),
    Column("state", Choice(SwitchState), nullable=False),
    Column("state_since", Instant, nullable=False),
    Column("cdr_secret_hash", String),  # null: the switch posts no CDRs
    Column("cdr_heard_at", Instant),
    Column("cdrs_refused", Integer, nullable=False, server_default=text("0")),  # they were of calls on other switches
    Column("core_id", String, nullable=False, server_default=""),
    Column("core_since", Instant),
    Column("listed_at", Instant),
    Column("heard_at", Instant),
    Column("refused_cause", String, nullable=False, server_default=""),
    Column("refused_since", Instant),
    Column("refused_until", Instant),
    Column("sessions", Integer),
    Column("max_sessions", Integer),
    Column("sessions_per_second", Integer),
    Column("clock_skew_ms", Integer),
    Column("created_at", Instant, nullable=False),
)

posted_cdrs: Final = Table(
    "posted_cdrs",
    metadata,
    id_column(),
    Column("switch", String, nullable=False),  # whose secret was given
    Column("call_id", Uuid, nullable=False),  # of no call of ours, perhaps
    Column("facts", json_type(), nullable=False),  # in the form of a hang-up event's headers
    Column("received_at", Instant, nullable=False),
)
"""CDRs that switches posted and that are not settled yet; settled ones are deleted."""
