"""Calls per second, expiry, single calls, parked leads, the tenant's own number plan, chores."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)
_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
_NAMES = {"uq": "uq_%(table_name)s_%(column_0_N_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}
_WAITED = sa.text("stage IN ('new', 'recall')")
_WAITING = sa.text("stage IN ('otp', 'single', 'new', 'recall') AND NOT parked")
_URGENT = sa.text("stage IN ('otp', 'single') AND NOT parked")
_OF_A_LIST = sa.text("call_id IS NULL")
_WITH_REFERENCE = sa.text("ref_id != ''")


def upgrade() -> None:
    with op.batch_alter_table("carriers") as carriers:
        carriers.add_column(sa.Column("calls_per_second", sa.Integer(), nullable=False, server_default=sa.text("0")))
        carriers.add_column(sa.Column("turns", _JSON, nullable=False, server_default=sa.text("'{}'")))
    with op.batch_alter_table("campaigns") as campaigns:
        campaigns.add_column(sa.Column("lead_expired_at", _MOMENT, nullable=True))
    with op.batch_alter_table("calls", naming_convention=_NAMES) as calls:
        calls.add_column(_template())
    _leads()
    _number_plan()
    op.create_table(
        "chores",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _tenant(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("done_through", sa.String(), nullable=False),
        sa.UniqueConstraint("tenant_id", "kind", "subject"),
    )
    op.create_index("ix_chores_due_at", "chores", ["due_at"])


def downgrade() -> None:
    """Take all of it back; leads of single calls go with their calls' templates, since a list could not hold them."""
    op.execute("DELETE FROM deliveries WHERE call_id IN (SELECT id FROM calls WHERE lead_id IN (SELECT id FROM leads "
               "WHERE call_id IS NOT NULL))")  # fmt: skip
    op.execute("DELETE FROM calls WHERE lead_id IN (SELECT id FROM leads WHERE call_id IS NOT NULL)")
    op.execute("DELETE FROM leads WHERE call_id IS NOT NULL")
    op.execute("UPDATE leads SET ending = 'not_recalled' WHERE ending = 'expired'")
    for table in ("chores", "ported_numbers", "network_prefixes"):
        op.drop_table(table)
    for name in ("ix_leads_tenant_id_ref_id", "ix_leads_tenant_id_phone", "ix_leads_urgent", "ix_leads_waiting"):
        op.drop_index(name, "leads")
    op.drop_index("uq_leads_list_id_phone", "leads")
    with op.batch_alter_table("leads", naming_convention=_NAMES) as leads:
        leads.drop_constraint("fk_leads_template_id", type_="foreignkey")
        for name in ("parked", "call_id", "ref_id", "template_id"):
            leads.drop_column(name)
        leads.create_unique_constraint("uq_leads_list_id_phone", ["list_id", "phone"])
    _index("ix_leads_waiting", ["campaign_id", "stage", "network", "due_at", "id"], _WAITED)
    with op.batch_alter_table("calls", naming_convention=_NAMES) as calls:
        calls.drop_constraint("fk_calls_template_id", type_="foreignkey")
        calls.drop_column("template_id")
    with op.batch_alter_table("campaigns") as campaigns:
        campaigns.drop_column("lead_expired_at")
    with op.batch_alter_table("carriers") as carriers:
        carriers.drop_column("turns")
        carriers.drop_column("calls_per_second")


def _leads() -> None:
    op.drop_index("ix_leads_waiting", "leads")
    with op.batch_alter_table("leads", naming_convention=_NAMES) as leads:
        leads.drop_constraint("uq_leads_list_id_phone", type_="unique")
        leads.add_column(sa.Column("parked", sa.Boolean(), nullable=False, server_default=sa.false()))
        leads.add_column(sa.Column("call_id", sa.Uuid(), nullable=True))
        leads.add_column(sa.Column("ref_id", sa.String(), nullable=False, server_default=""))
        leads.add_column(_template())
    _index("uq_leads_list_id_phone", ["list_id", "phone"], _OF_A_LIST, unique=True)
    _index("ix_leads_waiting", ["campaign_id", "stage", "network", "due_at", "id"], _WAITING)
    _index("ix_leads_urgent", ["campaign_id", "stage", "network", "due_at"], _URGENT)
    op.create_index("ix_leads_tenant_id_phone", "leads", ["tenant_id", "phone"])
    _index("ix_leads_tenant_id_ref_id", ["tenant_id", "ref_id"], _WITH_REFERENCE)


def _number_plan() -> None:
    op.create_table(
        "network_prefixes",
        _tenant(),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "prefix", "effective_from"),
    )
    op.create_table(
        "ported_numbers",
        _tenant(),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "phone"),
    )


def _tenant() -> sa.Column[object]:
    return sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id"), nullable=False)


def _template() -> sa.Column[object]:
    return sa.Column("template_id", sa.Uuid(), sa.ForeignKey("templates.id"), nullable=True)


def _index(name: str, columns: list[str], where: sa.TextClause, *, unique: bool = False) -> None:
    op.create_index(name, "leads", columns, unique=unique, postgresql_where=where, sqlite_where=where)
