"""The tables of callbacks: deliveries, their attempts, and how receivers behave."""

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text, Uuid, false, text

from worker.domain.callback_event import CallbackEvent
from worker.domain.retry import DeliveryState
from worker.store.base.columns import Choice, Instant, id_column, reference
from worker.store.base.hidden_columns import CallbackBody
from worker.store.base.schema import metadata, partial_index

deliveries: Final = Table(
    "deliveries",
    metadata,
    id_column(),  # the webhook-id
    reference("tenant_id", "tenants.id"),
    reference("campaign_id", "campaigns.id", nullable=True),
    reference("call_id", "calls.id", nullable=True),  # null: an alert
    reference("subscription_id", "event_subscriptions.id", nullable=True),  # null: a URL of the campaign's own
    Column("event", Choice(CallbackEvent), nullable=False),
    Column("url", Text, nullable=False),
    Column("host", String, nullable=False),
    Column("body", CallbackBody, nullable=False),
    Column("state", Choice(DeliveryState), nullable=False),
    Column("attempt", Integer, nullable=False),  # attempts made
    Column("attempts_before", Integer, nullable=False, server_default=text("0")),  # of them, before the last replay
    Column("next_at", Instant, nullable=False),
    Column("waiting_since", Instant),  # since it was created or replayed; null in rows of release 0.1
    Column("replayed_at", Instant),
    Column("last_status", Integer),
    Column("last_error", Text, nullable=False),
    Column("corrected", Boolean, nullable=False, server_default=false()),  # tells another end than before
    Column("traceparent", String),  # its call's
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
PENDING_ROWS: Final = text("state = 'pending'")
DEAD_ROWS: Final = text("state = 'dead'")
ENDED_ROWS: Final = text("state IN ('delivered', 'dead')")
_OF_THE_CAMPAIGN: Final = deliveries.c.subscription_id.is_(None)
_SUBSCRIBED: Final = text("subscription_id IS NOT NULL AND event NOT IN ('carrier_failing', 'carrier_recovered')")
"""Carrier events name the call that caused them, which may cause several."""
_TOLD: Final = (deliveries.c.call_id, deliveries.c.event)
partial_index("uq_deliveries_call_id_event", *_TOLD, deliveries.c.corrected, where=_OF_THE_CAMPAIGN, unique=True)
partial_index(
    "uq_deliveries_subscribed",
    *_TOLD,
    deliveries.c.subscription_id,
    deliveries.c.corrected,
    where=_SUBSCRIBED,
    unique=True,
)
partial_index("ix_deliveries_pending", deliveries.c.host, deliveries.c.next_at, where=PENDING_ROWS)
partial_index(
    "ix_deliveries_of_url", *(deliveries.c[n] for n in ("host", "tenant_id", "url", "next_at")), where=PENDING_ROWS
)
partial_index("ix_deliveries_waiting_since", deliveries.c.waiting_since, where=PENDING_ROWS)
partial_index("ix_deliveries_ended", deliveries.c.updated_at, where=ENDED_ROWS)
partial_index("ix_deliveries_dead", deliveries.c.updated_at, where=DEAD_ROWS)
Index("ix_deliveries_call_id", deliveries.c.call_id)  # without it, each deleted call would read the whole table
Index("ix_deliveries_campaign_id_id", deliveries.c.campaign_id, deliveries.c.id)
Index("ix_deliveries_tenant_id_id", deliveries.c.tenant_id, deliveries.c.id)

delivery_attempts: Final = Table(
    "delivery_attempts",
    metadata,
    reference("delivery_id", "deliveries.id"),
    Column("number", Integer, nullable=False),  # 1 is the first
    Column("sent_at", Instant, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("status", Integer),  # null: no answer came
    Column("error", Text, nullable=False),
    PrimaryKeyConstraint("delivery_id", "number"),
)

callback_hosts: Final = Table(
    "callback_hosts",
    metadata,
    Column("host", String, primary_key=True),
    Column("lease", Uuid),  # of the one task that delivers to the host
    Column("lease_until", Instant),  # when it lapses
    Column("concurrency", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("shut_until", Instant),
    Column("answered_at", Instant),  # with any status
    Column("served_tenant_id", Uuid),  # the rotation: which of its URLs was read last
    Column("served_url", String),
)

callback_urls: Final = Table(
    "callback_urls",
    metadata,
    reference("tenant_id", "tenants.id"),
    Column("url", String, nullable=False),
    Column("failing_since", Instant),
    Column("failed_at", Instant),
    Column("disabled_at", Instant),
    Column("reason", Text, nullable=False),
    Column("refusals", Integer, nullable=False, server_default=text("0")),  # failures in a row
    Column("weight", Integer, nullable=False, server_default=text("0")),  # of these; it opens the circuit breaker
    Column("shut_until", Instant),
    Column("delivered_at", Instant),  # to the minute
    PrimaryKeyConstraint("tenant_id", "url"),
)

event_subscriptions: Final = Table(
    "event_subscriptions",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id", index=True),
    Column("event", Choice(CallbackEvent), nullable=False),
    Column("url", String, nullable=False),
    Column("apikey", String, nullable=False),  # empty: none
    Column("created_at", Instant, nullable=False),
    Column("deleted_at", Instant),
)

partial_index(
    "ix_event_subscriptions_live",
    *(event_subscriptions.c[name] for name in ("tenant_id", "event", "id")),
    where=event_subscriptions.c.deleted_at.is_(None),
)

ALERT_ROWS: Final = text(
    "deleted_at IS NULL AND event IN ('campaign_finished', 'campaign_stalled', 'callback_url_failing', 'switch_gone')"
)
partial_index(
    "ix_event_subscriptions_alerts",
    *(event_subscriptions.c[name] for name in ("event", "tenant_id", "created_at")),
    where=ALERT_ROWS,
)

fan_outs: Final = Table(
    "fan_outs",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    reference("campaign_id", "campaigns.id", nullable=True),
    reference("call_id", "calls.id", nullable=True),  # null: an alert
    Column("event", Choice(CallbackEvent), nullable=False),
    Column("corrected", Boolean, nullable=False),
    Column("body", CallbackBody, nullable=False),  # the same for all subscriptions
    Column("traceparent", String),  # its call's
    Column("after_subscription_id", Uuid),  # the last one that has its delivery; null before the first batch
    Column("created_at", Instant, nullable=False),
)
"""Events for tenants with many subscriptions, until they are expanded to deliveries."""
Index("ix_fan_outs_call_id", fan_outs.c.call_id)
Index("ix_fan_outs_tenant_id_id", fan_outs.c.tenant_id, fan_outs.c.id)

cursors: Final = Table(
    "cursors",
    metadata,
    Column("name", String, primary_key=True),  # of the work that is done in batches
    Column("position", Text, nullable=False),  # after which its next batch begins; empty: at the beginning
)

retired_secrets: Final = Table(
    "retired_secrets",
    metadata,
    reference("tenant_id", "tenants.id"),
    Column("secret", String, nullable=False),
    Column("valid_until", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id"),  # the secret before the present one
)
