"""The schema: PostgreSQL in production, SQLite (WAL) embedded."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
    true,
)
from uuid_utils.compat import uuid7

from worker.domain.backfill import BackfillKind, Progress
from worker.domain.call import CallState, Outcome
from worker.domain.carrier import DialType
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network
from worker.domain.number_format import NumberFormat
from worker.domain.reason import Reason
from worker.domain.voicemail import VoicemailDetector
from worker.store.base import (
    access_tables,  # noqa: F401 - registers its tables in the schema
    agent_tables,  # noqa: F401 - see above
    alert_tables,  # noqa: F401 - see above
    answer_tables,  # noqa: F401 - see above
    audit_tables,  # noqa: F401 - see above
    callback_tables,  # noqa: F401 - see above
    erasure_tables,  # noqa: F401 - see above
    gateway_tables,  # noqa: F401 - see above
    hidden_tables,  # noqa: F401 - see above
    import_tables,  # noqa: F401 - see above
    installation_tables,  # noqa: F401 - see above
    list_tables,  # noqa: F401 - see above
    number_tables,  # noqa: F401 - see above
    pacing_tables,  # noqa: F401 - see above
    recording_tables,  # noqa: F401 - see above
    report_subscription_tables,  # noqa: F401 - see above
    report_tables,  # noqa: F401 - see above
    retention_tables,  # noqa: F401 - see above
    schema,
    secret_tables,  # noqa: F401 - see above
    sound_tables,  # noqa: F401 - see above
    switch_tables,  # noqa: F401 - see above
)
from worker.store.base.campaign_columns import campaign_columns
from worker.store.base.cdr_indexes import add_cdr_indexes
from worker.store.base.columns import Choice, Instant, Keys, id_column, json_type, reference
from worker.store.base.hidden_columns import Phone
from worker.store.base.schema import partial_index as _partial_index

metadata: Final = schema.metadata

tenants: Final = Table(
    "tenants",
    metadata,
    id_column(),
    Column("name", String, nullable=False, unique=True),
    Column("timezone", String, nullable=False),
    Column("concurrent_call", Integer),  # a cap over all the tenant's carriers; null for none
    Column("callback_secret", String, nullable=False),
    Column("caps", json_type(), nullable=False, server_default=text("'{}'")),  # its own caps, by name
    Column("calls_per_day", Integer),  # of its zone's days; null for no limit
    Column("destinations", json_type(), nullable=False, server_default=text("'[]'")),  # prefixes; "!" forbids
    Column("chosen_ids", json_type(), nullable=False, server_default=text("'{}'")),  # that another tenant has
    Column("created_at", Instant, nullable=False),
)

carriers: Final = Table(
    "carriers",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    Column("name", String, nullable=False),
    Column("description", Text, nullable=False),
    Column("gateway", String, nullable=False),
    Column("dial_type", Choice(DialType), nullable=False),
    Column("concurrent_call", Integer, nullable=False),
    Column("network", json_type(), nullable=False),
    Column("data", json_type(), nullable=False),  # caller ids and prefixes, as on the wire
    Column("causes", json_type(), nullable=False, server_default=text("'[]'")),  # its own cause table, in order
    Column("calls_per_second", Integer, nullable=False, server_default=text("0")),  # 0: no limit
    Column("number_format", Choice(NumberFormat), nullable=False, server_default=text("'national'")),
    Column("voicemail_detector", Choice(VoicemailDetector), nullable=False, server_default=text("''")),
    Column("longest_call_seconds", Integer, nullable=False, server_default=text("0")),  # 0: the installation's
    Column("rotation", json_type(), nullable=False, server_default=text("'{}'")),  # who was served last, by pool
    Column("next_plan_at", Instant),
    Column("gateway_waits_since", Instant),  # since when its plans got nothing because the gateway was full
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("deleted_at", Instant),  # kept for its CDRs, under another name
    UniqueConstraint("tenant_id", "name"),
)
Index("ix_carriers_gateway", carriers.c.gateway)
Index("ix_carriers_next_plan_at", carriers.c.next_plan_at, postgresql_where=carriers.c.next_plan_at.is_not(None))

trunks: Final = Table(
    "trunks",
    metadata,
    Column("carrier_id", Uuid, ForeignKey("carriers.id"), primary_key=True),
    Column("failures", Integer, nullable=False),  # in a row
    Column("recent", Integer, nullable=False),  # the last results as bits, the newest lowest
    Column("cause", String, nullable=False),
    Column("failing_since", Instant),  # null: the breaker is closed
    Column("trials", Integer, nullable=False),
    Column("next_trial_at", Instant),
    Column("proven_at", Instant),
)

templates: Final = Table(
    "templates",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    Column("name", String, nullable=False),
    Column("body", json_type(), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("deleted_at", Instant),  # kept for calls that played it, under another name
    UniqueConstraint("tenant_id", "name"),
)

campaigns: Final = Table("campaigns", metadata, *campaign_columns(), Column("deleted_at", Instant))
_NOT_DELETED: Final = campaigns.c.deleted_at.is_(None)
_partial_index("uq_campaigns_tenant_id_name", campaigns.c.tenant_id, campaigns.c.name, where=_NOT_DELETED, unique=True)

lists: Final = Table(
    "lists",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    reference("campaign_id", "campaigns.id", index=True),
    Column("name", String, nullable=False),
    Column("description", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("reset_at", Instant),  # when it was last refreshed
    Column("reset_outcomes", json_type()),  # which leads were: their last outcomes; null for all
    Column("deleted_at", Instant),  # kept for its CDRs, under another name
    Column("cleared_at", Instant),  # of a deleted one: when its last lead was removed
    UniqueConstraint("campaign_id", "name"),
)
_partial_index("ix_lists_deleted_at", lists.c.deleted_at, where=text("deleted_at IS NOT NULL AND cleared_at IS NULL"))

leads: Final = Table(
    "leads",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    reference("campaign_id", "campaigns.id"),
    reference("list_id", "lists.id"),
    Column("phone", Phone, nullable=False),
    Column("network", Choice(Network), nullable=False),
    Column("stage", Choice(Stage), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("ending", Choice(Ending)),
    Column("called_count", Integer, nullable=False),
    Column("uncounted", Integer, nullable=False, server_default=text("0")),  # ended calls that used no attempt
    Column("last_call_at", Instant),
    Column("last_outcome", Choice(Outcome)),
    Column("profile", json_type(), nullable=False),  # name, code, address …: dialling never reads it
    Column("additional", json_type(), nullable=False),
    Column("parked", Boolean, nullable=False, server_default=false()),  # hidden from planning: its list is inactive
    Column("call_id", Uuid),  # of a single call, which may repeat a number: the id that its first call will have
    Column("ref_id", String, nullable=False, server_default=""),  # of a single call: the client's own reference
    reference("template_id", "templates.id", nullable=True),  # of an OTP: played instead of the campaign's template
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("refreshed_at", Instant),  # since when its attempts are counted anew
    Column("removed_at", Instant),  # removed; the row stays, parked and without its number, while there are CDRs of it
)
_partial_index("uq_leads_list_id_phone", leads.c.list_id, leads.c.phone, where=leads.c.call_id.is_(None), unique=True)
WAITING: Final = text("stage IN ('otp', 'single', 'new', 'recall') AND NOT parked")
_partial_index(
    "ix_leads_waiting", leads.c.campaign_id, leads.c.stage, leads.c.network, leads.c.due_at, leads.c.id, where=WAITING
)
URGENT: Final = text("stage IN ('otp', 'single') AND NOT parked")
_partial_index("ix_leads_urgent", leads.c.campaign_id, leads.c.stage, leads.c.network, leads.c.due_at, where=URGENT)
Index("ix_leads_campaign_id_phone", leads.c.campaign_id, leads.c.phone)
Index("ix_leads_tenant_id_phone", leads.c.tenant_id, leads.c.phone)
_partial_index("ix_leads_tenant_id_ref_id", leads.c.tenant_id, leads.c.ref_id, where=leads.c.ref_id != "")

calls: Final = Table(
    "calls",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    reference("campaign_id", "campaigns.id"),
    reference("carrier_id", "carriers.id"),
    reference("list_id", "lists.id"),
    reference("lead_id", "leads.id", index=True),
    Column("run_id", Uuid),
    Column("revision", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("uncounted", Integer, nullable=False, server_default=text("0")),  # the lead's, when the call was planned
    Column("counted", Boolean, nullable=False, server_default=true()),  # whether its end used the attempt
    Column("stage_before", Choice(Stage), nullable=False),
    Column("phone", Phone, nullable=False),
    Column("network", Choice(Network), nullable=False),
    Column("ref_id", String, nullable=False),
    reference("template_id", "templates.id", nullable=True),
    Column("state", Choice(CallState), nullable=False),
    Column("reason", Choice(Reason)),
    Column("queued_at", Instant, nullable=False),
    Column("resend_at", Instant, nullable=False),
    Column("refusals", Integer, nullable=False),
    Column("switch", String, nullable=False),
    Column("gateway", String),  # of a call that was up when its carrier was moved: the gateway that it goes over
    Column("caller_id", String, nullable=False),
    Column("dialing_at", Instant),
    Column("missing_since", Instant),
    Column("over_by", Instant),  # when its ringing and its longest talk are over
    Column("seen_up_at", Instant),  # of a missing call: when its switch last had it
    Column("started_at", Instant),
    Column("ringing_at", Instant),
    Column("answered_at", Instant),
    Column("ended_at", Instant),
    Column("switch_duration", Integer),  # seconds as the switch counted them; null in rows of releases before 0.2
    Column("switch_billsec", Integer),
    Column("outcome", Choice(Outcome)),
    Column("cause", String, nullable=False),
    Column("sip_call_id", String, nullable=False),
    Column("hangup_disposition", String, nullable=False),
    Column("pressed", Keys),  # what the callee pressed, and when
    Column("last_key", String),  # of them; null without keys
    Column("recording", String),  # a file's name; null without a recording, and when it is to be deleted
    Column("spend_day", Date),  # the day of its tenant for which it counts in calls_per_day
    Column("assumed_at", Instant),  # when the end was assumed; null: it was told
    Column("agent_user_id", Uuid),  # the user for whom the callee is reserved, or who talked with them
    Column("connected_at", Instant),  # when callee and agent were connected
    Column("traceparent", String),  # the trace in which it was planned
    Column("tally", String),  # what the ended call adds to the reports (worker/domain/tally.py)
)
LIVE_ROWS: Final = text("state IN ('queued', 'dialing', 'ringing', 'answered')")
QUEUED_ROWS: Final = text("state = 'queued'")
for _columns in (("carrier_id", "network"), ("campaign_id", "network"), ("tenant_id",)):
    _partial_index(
        f"ix_calls_live_{_columns[0]}", *(calls.c[name] for name in _columns), calls.c.state, where=LIVE_ROWS
    )
_MOVED: Final = text("gateway IS NOT NULL AND state IN ('queued', 'dialing', 'ringing', 'answered')")
_partial_index("ix_calls_live_gateway", calls.c.gateway, where=_MOVED)
_partial_index("ix_calls_last_key", calls.c.campaign_id, calls.c.last_key, where=text("last_key IS NOT NULL"))
_partial_index("ix_calls_resend_at", calls.c.resend_at, where=QUEUED_ROWS)
UNCOUNTED_ROWS: Final = text(
    "state = 'ended' AND (tally IS NULL OR (assumed_at IS NULL AND substr(tally, 1, 1) = 'a')"
    " OR (last_key IS NULL AND substr(tally, 2, 1) <> '-'))"
)
"""Ended calls that an earlier release ended, corrected or erased: the reports do not agree with them yet."""
_partial_index("ix_calls_uncounted", calls.c.tenant_id, calls.c.id, where=UNCOUNTED_ROWS)
Index("ix_calls_tenant_id_id", calls.c.tenant_id, calls.c.id)
Index("ix_calls_campaign_id_id", calls.c.campaign_id, calls.c.id)
Index("ix_calls_sip_call_id", calls.c.sip_call_id)
add_cdr_indexes(calls)

do_not_call: Final = Table(
    "do_not_call",
    metadata,
    Column("id", Uuid, nullable=False, unique=True, default=uuid7),
    reference("tenant_id", "tenants.id"),
    Column("phone", String, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("tenant_id", "phone"),
)

backfills: Final = Table(
    "backfills",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    Column("kind", Choice(BackfillKind), nullable=False),
    Column("subject", String, nullable=False),  # a list's id, a campaign's id, a prefix
    Column("due_at", Instant, nullable=False, index=True),
    Column("progress", Choice(Progress), nullable=False),
    Column("after_phone", Phone),  # the cursor: the last lead that was read; null before the first batch
    Column("after_lead_id", Uuid),
    UniqueConstraint("tenant_id", "kind", "subject"),
)

leader_leases: Final = Table(
    "leader_leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", Uuid, nullable=False),  # a process; each start has another id
    Column("since", Instant, nullable=False),  # since when the holder has received everything
    Column("held_until", Instant, nullable=False),
    Column("open_from", Instant, nullable=False),  # from when on calls may be sent to the listener's switch
)
