"""Callbacks that wait, of very many calls, as after a day on which receivers were away."""

from typing import Final

from sqlalchemy import Engine, text

from tests.bench.whole import let_it_take_its_time
from worker.domain.ids import CampaignId, TenantId

AT_ONCE: Final = 20_000


def let_wait(engine: Engine, callbacks: int, *, hosts: int, tenant: TenantId, campaign: CampaignId) -> None:
    """Store callbacks that are due, for hosts of the loopback network that take no connection."""
    for first in range(0, callbacks, AT_ONCE):
        last = min(callbacks, first + AT_ONCE) - 1
        given = {"first": first, "last": last, "hosts": hosts, "tenant": tenant, "campaign": campaign}
        with engine.begin() as connection:
            let_it_take_its_time(connection)
            connection.execute(text("SET LOCAL session_replication_role = replica"))  # their calls are not stored
            connection.execute(_LET_WAIT, given)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE deliveries"))


_LET_WAIT: Final = text(r"""
    INSERT INTO deliveries (
        id, tenant_id, campaign_id, call_id, event, url, host, body, state, attempt, next_at, waiting_since, last_error,
        created_at, updated_at
    )
    SELECT gen_random_uuid(), :tenant, :campaign, gen_random_uuid(), 'cdr', 'http://' || host || '/cdr', host,
        repeat('x', 700), 'pending', 3, now() - random() * interval '1 hour', now() - interval '1 day', 'HTTP 503',
        now() - interval '1 day', now()
    FROM (SELECT '127.1.' || place / 250 || '.' || 1 + place % 250 || '\:65500' AS host
          FROM (SELECT number % CAST(:hosts AS integer) AS place
                FROM generate_series(CAST(:first AS integer), :last) AS number) AS numbered) AS made
""")
