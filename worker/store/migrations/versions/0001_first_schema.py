"""The first schema."""

from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

T = TypeVar("T")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)
_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
_PLANNED = sa.text("next_plan_at IS NOT NULL")
_NOT_DELETED = sa.text("deleted_at IS NULL")
_WAITING = sa.text("stage IN ('new', 'recall')")
_LIVE = sa.text("state IN ('queued', 'dialing', 'ringing', 'answered')")
_QUEUED = sa.text("state = 'queued'")
_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    _tenants()
    _carriers()
    _do_not_call()
    _templates()
    _tokens()
    _campaigns()
    _lists()
    _leads()
    _calls()
    _deliveries()


def downgrade() -> None:
    for table in (
        "deliveries",
        "calls",
        "leads",
        "lists",
        "campaigns",
        "tokens",
        "templates",
        "do_not_call",
        "carriers",
        "tenants",
    ):
        op.drop_table(table)


def _columns(kind: TypeEngine[T], *names: str, nullable: bool = False) -> list[sa.Column[T]]:
    return [sa.Column(name, kind, nullable=nullable) for name in names]


def _reference(name: str, target: str, *, nullable: bool = False) -> sa.Column[UUID]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(target), nullable=nullable)


def _tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), primary_key=True),
        *_columns(sa.String(), "name", "timezone"),
        *_columns(sa.Integer(), "concurrent_call", nullable=True),
        *_columns(sa.String(), "callback_secret"),
        *_columns(_MOMENT, "created_at"),
        sa.UniqueConstraint("name"),
    )


def _carriers() -> None:
    op.create_table(
        "carriers",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _reference("tenant_id", "tenants.id"),
        *_columns(sa.String(), "name"),
        *_columns(sa.Text(), "description"),
        *_columns(sa.String(), "gateway", "dial_type"),
        *_columns(sa.Integer(), "concurrent_call"),
        *_columns(_JSON, "network", "data"),
        *_columns(_MOMENT, "next_plan_at", nullable=True),
        *_columns(_MOMENT, "created_at", "updated_at"),
        sa.UniqueConstraint("tenant_id", "name"),
    )
    op.create_index("ix_carriers_next_plan_at", "carriers", ["next_plan_at"], postgresql_where=_PLANNED)


def _do_not_call() -> None:
    op.create_table(
        "do_not_call",
        _reference("tenant_id", "tenants.id"),
        *_columns(sa.String(), "phone"),
        *_columns(sa.Text(), "description"),
        *_columns(_MOMENT, "created_at"),
        sa.UniqueConstraint("tenant_id", "phone"),
    )


def _templates() -> None:
    op.create_table(
        "templates",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _reference("tenant_id", "tenants.id"),
        *_columns(sa.String(), "name"),
        *_columns(_JSON, "body"),
        *_columns(_MOMENT, "created_at", "updated_at"),
        sa.UniqueConstraint("tenant_id", "name"),
    )


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("hash", sa.String(), primary_key=True),
        _reference("tenant_id", "tenants.id"),
        *_columns(_MOMENT, "created_at"),
    )


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _reference("tenant_id", "tenants.id"),
        _reference("carrier_id", "carriers.id", nullable=True),
        _reference("template_id", "templates.id", nullable=True),
        *_columns(sa.BigInteger(), "revision"),
        *_columns(sa.String(), "name", "type", "type_autocall"),
        *_columns(sa.Text(), "description"),
        *_columns(sa.Boolean(), "active"),
        *_columns(sa.String(), "status"),
        *_columns(sa.Uuid(), "run_id", nullable=True),
        *_columns(_MOMENT, "resume_at", nullable=True),
        *_columns(sa.Integer(), "concurrent_call"),
        *_columns(sa.String(), "mode_call"),
        *_columns(_JSON, "network"),
        *_columns(sa.Integer(), "call_timeout", "recall_times", "limit_recall_duration"),
        *_columns(sa.String(), "schedule_recall"),
        *_columns(sa.Integer(), "schedule_recall_duration"),
        *_columns(sa.String(), "priority_recall"),
        *_columns(_JSON, "recall_status", nullable=True),
        *_columns(_JSON, "schedules"),
        *_columns(sa.String(), "local_start_time", "local_end_time"),
        *_columns(sa.Text(), "callback_url", "answer_callback_url"),
        *_columns(_JSON, "extras"),
        *_columns(_MOMENT, "created_at", "updated_at"),
        *_columns(_MOMENT, "deleted_at", nullable=True),
    )
    op.create_index("ix_campaigns_carrier_id", "campaigns", ["carrier_id"])
    op.create_index(
        "uq_campaigns_tenant_id_name",
        "campaigns",
        ["tenant_id", "name"],
        unique=True,
        postgresql_where=_NOT_DELETED,
        sqlite_where=_NOT_DELETED,
    )


def _lists() -> None:
    op.create_table(
        "lists",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _reference("tenant_id", "tenants.id"),
        _reference("campaign_id", "campaigns.id"),
        *_columns(sa.String(), "name"),
        *_columns(sa.Text(), "description"),
        *_columns(sa.Boolean(), "active"),
        *_columns(_MOMENT, "created_at", "updated_at"),
        sa.UniqueConstraint("campaign_id", "name"),
    )
    op.create_index("ix_lists_campaign_id", "lists", ["campaign_id"])


def _leads() -> None:
    op.create_table(
        "leads",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _reference("tenant_id", "tenants.id"),
        _reference("campaign_id", "campaigns.id"),
        _reference("list_id", "lists.id"),
        *_columns(sa.String(), "phone", "network", "stage"),
        *_columns(_MOMENT, "due_at"),
        *_columns(sa.String(), "ending", nullable=True),
        *_columns(sa.Integer(), "called_count"),
        *_columns(_MOMENT, "last_call_at", nullable=True),
        *_columns(sa.String(), "last_outcome", nullable=True),
        *_columns(_JSON, "profile", "additional"),
        *_columns(_MOMENT, "created_at", "updated_at"),
        sa.UniqueConstraint("list_id", "phone"),
    )
    op.create_index("ix_leads_campaign_id_phone", "leads", ["campaign_id", "phone"])
    op.create_index(
        "ix_leads_waiting",
        "leads",
        ["campaign_id", "stage", "network", "due_at", "id"],
        postgresql_where=_WAITING,
        sqlite_where=_WAITING,
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _reference("tenant_id", "tenants.id"),
        _reference("campaign_id", "campaigns.id"),
        _reference("carrier_id", "carriers.id"),
        _reference("list_id", "lists.id"),
        _reference("lead_id", "leads.id"),
        *_columns(sa.Uuid(), "run_id", nullable=True),
        *_columns(sa.BigInteger(), "revision"),
        *_columns(sa.Integer(), "attempt"),
        *_columns(sa.String(), "stage_before", "phone", "network", "ref_id", "state"),
        *_columns(sa.String(), "reason", nullable=True),
        *_columns(_MOMENT, "queued_at", "resend_at"),
        *_columns(sa.Integer(), "refusals"),
        *_columns(sa.String(), "switch", "caller_id"),
        *_columns(
            _MOMENT, "dialing_at", "missing_since", "started_at", "ringing_at", "answered_at", "ended_at", nullable=True
        ),
        *_columns(sa.String(), "outcome", nullable=True),
        *_columns(sa.String(), "cause", "sip_call_id", "hangup_disposition"),
    )
    op.create_index("ix_calls_campaign_id_id", "calls", ["campaign_id", "id"])
    op.create_index("ix_calls_lead_id", "calls", ["lead_id"])
    op.create_index(
        "ix_calls_live_campaign_id",
        "calls",
        ["campaign_id", "network", "state"],
        postgresql_where=_LIVE,
        sqlite_where=_LIVE,
    )
    op.create_index(
        "ix_calls_live_carrier_id",
        "calls",
        ["carrier_id", "network", "state"],
        postgresql_where=_LIVE,
        sqlite_where=_LIVE,
    )
    op.create_index(
        "ix_calls_live_tenant_id", "calls", ["tenant_id", "state"], postgresql_where=_LIVE, sqlite_where=_LIVE
    )
    op.create_index("ix_calls_resend_at", "calls", ["resend_at"], postgresql_where=_QUEUED, sqlite_where=_QUEUED)
    op.create_index("ix_calls_sip_call_id", "calls", ["sip_call_id"])
    op.create_index("ix_calls_tenant_id_id", "calls", ["tenant_id", "id"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _reference("tenant_id", "tenants.id"),
        _reference("campaign_id", "campaigns.id"),
        _reference("call_id", "calls.id"),
        *_columns(sa.String(), "event"),
        *_columns(sa.Text(), "url"),
        *_columns(sa.String(), "host"),
        *_columns(sa.Text(), "body"),
        *_columns(sa.String(), "state"),
        *_columns(sa.Integer(), "attempt"),
        *_columns(_MOMENT, "next_at"),
        *_columns(sa.Integer(), "last_status", nullable=True),
        *_columns(sa.Text(), "last_error"),
        *_columns(_MOMENT, "created_at", "updated_at"),
        sa.UniqueConstraint("call_id", "event"),
    )
    op.create_index("ix_deliveries_campaign_id", "deliveries", ["campaign_id"])
    op.create_index(
        "ix_deliveries_pending", "deliveries", ["host", "next_at"], postgresql_where=_PENDING, sqlite_where=_PENDING
    )
