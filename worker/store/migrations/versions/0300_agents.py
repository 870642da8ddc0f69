"""Agents, and the users, groups and extensions behind them. It only adds: a release before this one has no agents."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0300"
down_revision = "0290"
branch_labels = None
depends_on = None

_INSTANT = sa.TIMESTAMP(timezone=True)
_JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
_LOGGED_IN = "state <> 'gone'"
_INDEXES = (
    ("uq_agents_tenant_id_extension", ["tenant_id", "extension"], _LOGGED_IN, True),
    ("ix_agents_campaign_id", ["campaign_id", "state"], _LOGGED_IN, False),
    ("uq_agents_talking", ["call_id"], "state = 'talking'", True),
    ("ix_agents_call_id", ["call_id"], "call_id IS NOT NULL", False),
    ("ix_agents_leg_id", ["leg_id"], "leg_id <> ''", False),
)


def upgrade() -> None:
    _create_people()
    op.create_table(
        "agents",
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("agents", "tenant_id", "tenants.id"),
        _reference("agents", "user_id", "users.id"),
        _reference("agents", "campaign_id", "campaigns.id"),
        *_texts("extension", "state", "leg", "leg_id", "switch", "pause_code"),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("logged_in_at", _INSTANT, nullable=False),
        sa.Column("call_id", sa.Uuid()),
        sa.Column("wrap_until", _INSTANT),
        sa.Column("wish", sa.String()),
        sa.Column("offered_at", _INSTANT),
        sa.Column("last_call_ended_at", _INSTANT),
        sa.Column("calls_taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.UniqueConstraint("user_id", name="uq_agents_user_id"),
    )
    for name, columns, where, unique in _INDEXES:
        only = sa.text(where)
        op.create_index(name, "agents", columns, unique=unique, postgresql_where=only, sqlite_where=only)
    op.create_table(
        "agent_states",
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("agent_states", "tenant_id", "tenants.id"),
        _reference("agent_states", "user_id", "users.id"),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        *_texts("state", "pause_code"),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("call_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_agent_states"),
    )
    op.create_index("ix_agent_states_tenant_id_until", "agent_states", ["tenant_id", "until"])
    op.add_column("calls", sa.Column("agent_user_id", sa.Uuid(), nullable=True))
    op.add_column("calls", sa.Column("connected_at", _INSTANT, nullable=True))


def downgrade() -> None:
    op.drop_column("calls", "connected_at")
    op.drop_column("calls", "agent_user_id")
    for table in ("agent_states", "agents", "extensions", "group_campaigns", "group_members", "user_groups", "users"):
        op.drop_table(table)


def _create_people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("users", "tenant_id", "tenants.id"),
        *_texts("username", "email", "level", "role_uuid", "first_name", "middle_name", "last_name"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("enable_webrtc", sa.Boolean(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("tenant_id", "username", name="uq_users_tenant_id_username"),
    )
    op.create_table(
        "user_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("user_groups", "tenant_id", "tenants.id"),
        *_texts("name", "department_uuid"),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_groups"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_user_groups_tenant_id_name"),
    )
    for table, other, target in (
        ("group_members", "user_id", "users.id"),
        ("group_campaigns", "campaign_id", "campaigns.id"),
    ):
        op.create_table(
            table,
            _reference(table, "group_id", "user_groups.id"),
            _reference(table, other, target),
            sa.PrimaryKeyConstraint("group_id", other, name=f"pk_{table}"),
        )
        op.create_index(f"ix_{table}_{other}", table, [other])
    op.create_table(
        "extensions",
        sa.Column("id", sa.Uuid(), nullable=False),
        _reference("extensions", "tenant_id", "tenants.id"),
        *_texts("number"),
        _reference("extensions", "user_id", "users.id", nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("is_link_call_center", sa.Boolean(), nullable=False),
        sa.Column("follow_me", _JSON, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_extensions"),
        sa.UniqueConstraint("tenant_id", "number", name="uq_extensions_tenant_id_number"),
    )
    op.create_index("ix_extensions_user_id", "extensions", ["user_id"])


def _reference(table: str, name: str, target: str, *, nullable: bool = False) -> sa.Column[UUID]:
    key = sa.ForeignKey(target, name=f"fk_{table}_{name}")
    return sa.Column(name, sa.Uuid(), key, nullable=nullable)


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.String(), nullable=False) for name in names)
