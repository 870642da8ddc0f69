"""Standard names for tables and columns: leader leases, backfills, rotation, lease and concurrency of callback hosts.

Entries of the do-not-call list get an id of their own; until now the id was made from the phone number.

``posts`` is ``leader_leases``; ``chores`` is ``backfills``, whose cursor is typed columns; ``carriers.turns`` is
``rotation``; ``callback_hosts.turn``, ``turn_until`` and ``lanes`` are ``lease``, ``lease_until`` and ``concurrency``.

On PostgreSQL this is the expanding half: release 0.1 keeps working on the new schema while its processes are replaced.
The old names stay as a view, a table with a trigger, and columns; a later release removes them. SQLite serves one
machine whose processes are replaced together, so there the old names go at once.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.TIMESTAMP(timezone=True)
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")

_NAMES = {"uq": "uq_%(table_name)s_%(column_0_N_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}

_OLD_CHORES = """
CREATE FUNCTION callbeat_chore_to_backfill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO backfills (id, tenant_id, kind, subject, due_at, progress)
    VALUES (NEW.id, NEW.tenant_id, NEW.kind, NEW.subject, NEW.due_at, 'leads')
    ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET
        due_at = least(backfills.due_at, excluded.due_at),
        progress = 'leads', after_phone = NULL, after_lead_id = NULL;
    RETURN NULL;
END $$
"""
"""What release 0.1 puts into ``chores`` becomes a backfill too; that both releases do it is harmless."""

_OLD_HOSTS = """
CREATE FUNCTION callbeat_turn_is_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.concurrency := coalesce(NEW.concurrency, NEW.lanes);
        NEW.lease := coalesce(NEW.lease, NEW.turn);
        NEW.lease_until := coalesce(NEW.lease_until, NEW.turn_until);
    ELSIF (NEW.turn, NEW.turn_until, NEW.lanes) IS DISTINCT FROM (OLD.turn, OLD.turn_until, OLD.lanes) THEN
        NEW.lease := NEW.turn;
        NEW.lease_until := NEW.turn_until;
        NEW.concurrency := NEW.lanes;
    END IF;
    NEW.turn := NEW.lease;
    NEW.turn_until := NEW.lease_until;
    NEW.lanes := NEW.concurrency;
    RETURN NEW;
END $$
"""
"""A lease that one release takes is a lease for the other: each host still has one sender at a time."""


def upgrade() -> None:
    _create_backfills()
    _give_blocked_numbers_ids()
    if op.get_bind().dialect.name == "postgresql":
        _expand_on_postgresql()
    else:
        _rename_on_sqlite()


def downgrade() -> None:
    with op.batch_alter_table("do_not_call", naming_convention=_NAMES) as do_not_call:
        do_not_call.drop_constraint("uq_do_not_call_id", type_="unique")
        do_not_call.drop_column("id")
    if op.get_bind().dialect.name == "postgresql":
        _contract_on_postgresql()
    else:
        _rename_back_on_sqlite()
    op.drop_table("backfills")


def _give_blocked_numbers_ids() -> None:
    if op.get_bind().dialect.name == "postgresql":  # the default fills old rows, and those of release 0.1
        op.add_column(
            "do_not_call", sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()"))
        )
        op.create_unique_constraint("uq_do_not_call_id", "do_not_call", ["id"])
        return
    op.add_column("do_not_call", sa.Column("id", sa.Uuid(), nullable=True))
    op.execute("UPDATE do_not_call SET id = lower(hex(randomblob(16)))")
    with op.batch_alter_table("do_not_call", naming_convention=_NAMES) as do_not_call:
        do_not_call.alter_column("id", existing_type=sa.Uuid(), nullable=False)
        do_not_call.create_unique_constraint("uq_do_not_call_id", ["id"])


def _create_backfills() -> None:
    op.create_table(
        "backfills",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("progress", sa.String(), nullable=False),
        sa.Column("after_phone", sa.String(), nullable=True),
        sa.Column("after_lead_id", sa.Uuid(), nullable=True),
        sa.UniqueConstraint("tenant_id", "kind", "subject"),
    )
    op.create_index("ix_backfills_due_at", "backfills", ["due_at"])
    op.execute(
        "INSERT INTO backfills (id, tenant_id, kind, subject, due_at, progress) "
        "SELECT id, tenant_id, kind, subject, due_at, 'leads' FROM chores"  # each starts again with the first lead
    )


def _expand_on_postgresql() -> None:
    op.execute(_OLD_CHORES)
    op.execute(
        "CREATE TRIGGER chore_to_backfill AFTER INSERT OR UPDATE ON chores FOR EACH ROW "
        "WHEN (NEW.done_through = '') EXECUTE FUNCTION callbeat_chore_to_backfill()"
    )

    op.rename_table("posts", "leader_leases")
    op.execute("ALTER INDEX pk_posts RENAME TO pk_leader_leases")
    op.execute("CREATE VIEW posts AS SELECT name, holder, since, held_until, open_from FROM leader_leases")

    op.add_column("carriers", sa.Column("rotation", _JSON, nullable=False, server_default=sa.text("'{}'")))
    op.execute("UPDATE carriers SET rotation = turns")

    op.add_column("callback_hosts", sa.Column("lease", sa.Uuid(), nullable=True))
    op.add_column("callback_hosts", sa.Column("lease_until", _MOMENT, nullable=True))
    op.add_column("callback_hosts", sa.Column("concurrency", sa.Integer(), nullable=True))
    op.execute("UPDATE callback_hosts SET lease = turn, lease_until = turn_until, concurrency = lanes")
    op.alter_column("callback_hosts", "concurrency", nullable=False)
    op.alter_column("callback_hosts", "lanes", nullable=True)
    op.execute(_OLD_HOSTS)
    op.execute(
        "CREATE TRIGGER turn_is_lease BEFORE INSERT OR UPDATE ON callback_hosts FOR EACH ROW "
        "EXECUTE FUNCTION callbeat_turn_is_lease()"
    )


def _contract_on_postgresql() -> None:
    op.execute("DROP TRIGGER turn_is_lease ON callback_hosts")
    op.execute("DROP FUNCTION callbeat_turn_is_lease()")
    op.alter_column("callback_hosts", "lanes", nullable=False)
    for name in ("lease", "lease_until", "concurrency"):
        op.drop_column("callback_hosts", name)
    op.execute("UPDATE carriers SET turns = rotation")
    op.drop_column("carriers", "rotation")
    op.execute("DROP VIEW posts")
    op.execute("ALTER INDEX pk_leader_leases RENAME TO pk_posts")
    op.rename_table("leader_leases", "posts")
    op.execute("DROP TRIGGER chore_to_backfill ON chores")
    op.execute("DROP FUNCTION callbeat_chore_to_backfill()")
    op.execute(
        "INSERT INTO chores (id, tenant_id, kind, subject, due_at, done_through) "
        "SELECT id, tenant_id, kind, subject, due_at, '' FROM backfills "
        "ON CONFLICT (tenant_id, kind, subject) DO UPDATE SET due_at = excluded.due_at, done_through = ''"
    )


_RENAMED = (
    ("carriers", "turns", "rotation"),
    ("callback_hosts", "turn", "lease"),
    ("callback_hosts", "turn_until", "lease_until"),
    ("callback_hosts", "lanes", "concurrency"),
)


def _rename_on_sqlite() -> None:
    op.drop_table("chores")
    op.rename_table("posts", "leader_leases")
    for table, old, new in _RENAMED:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")


def _rename_back_on_sqlite() -> None:
    for table, old, new in _RENAMED:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
    op.rename_table("leader_leases", "posts")
    op.create_table(
        "chores",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("done_through", sa.String(), nullable=False),
        sa.UniqueConstraint("tenant_id", "kind", "subject"),
    )
    op.create_index("ix_chores_due_at", "chores", ["due_at"])
    op.execute(
        "INSERT INTO chores (id, tenant_id, kind, subject, due_at, done_through) "
        "SELECT id, tenant_id, kind, subject, due_at, '' FROM backfills"
    )
