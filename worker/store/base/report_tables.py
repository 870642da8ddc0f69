"""The tables of the reports: what ended calls add up to, and what is still to be added.

A transaction that ends calls inserts ``tally_changes`` and locks no row; a background task adds them to ``tallies``.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, Uuid

from worker.domain.call import Outcome
from worker.domain.network import Network
from worker.domain.tally import TalkTime
from worker.store.base.columns import Choice
from worker.store.base.schema import metadata

EVER: Final = -1
"""Stands in ``quarter`` for all time: each sum is kept by quarter and once more so, which a monitor reads often."""

tallies: Final = Table(
    "tallies",  # no foreign keys: reports outlive what is deleted
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("quarter", Integer, primary_key=True, autoincrement=False),
    Column("list_id", Uuid, primary_key=True),
    Column("run_id", Uuid, primary_key=True),  # zero: none
    Column("network", Choice(Network), primary_key=True),
    Column("outcome", Choice(Outcome), primary_key=True),
    Column("cause", String, primary_key=True),
    Column("pressed_key", String, primary_key=True),
    Column("talk_time", Choice(TalkTime), primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("calls", BigInteger, nullable=False),
    Column("duration", BigInteger, nullable=False),
    Column("billsec", BigInteger, nullable=False),
)
Index("ix_tallies_tenant_id_quarter", tallies.c.tenant_id, tallies.c.quarter)

tally_changes: Final = Table(
    "tally_changes",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("changes", Text, nullable=False),  # JSON: lists of values in the order of COLUMNS
)

COLUMNS: Final = (
    *("tenant_id", "campaign_id", "list_id", "run_id", "network"),
    *("quarter", "outcome", "cause", "pressed_key", "talk_time"),
    *("calls", "duration", "billsec"),
)
"""The columns of ``tallies`` in the order in which a change has them; the last three are sums."""
SUMS: Final = COLUMNS[-3:]
