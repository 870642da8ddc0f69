"""One transaction over all repositories: all of it or nothing, and what it sends is sent after the commit."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from functools import cached_property
from typing import Final

from pendulum import DateTime
from sqlalchemy import Connection, Engine, func, select
from typing_extensions import override

from worker.ports.callbacks.store import CallbackStore, CallbackTransaction
from worker.ports.dispatch.store import DispatchStore, DispatchTransaction
from worker.ports.records.audit import Act
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.store.base.columns import Instant
from worker.store.base.durability import durability_risks
from worker.store.base.outages import outages_named, slow_reads_named
from worker.store.base.schema_state import NewerSchema, check_schema
from worker.store.callbacks.repositories import SqlCallbackRepositories
from worker.store.dispatch.repositories import SqlDispatchRepositories
from worker.store.dispatch.tenant_caps import SqlTenantCaps
from worker.store.records.alerts import SqlAlerts
from worker.store.records.answers import SqlAnswers
from worker.store.records.api_keys import SqlApiKeys
from worker.store.records.audio import SqlAudioFiles
from worker.store.records.audit import SqlAuditTrail, audited
from worker.store.records.backfill_leads import SqlBackfillLeads
from worker.store.records.backfills import SqlBackfills
from worker.store.records.campaigns import SqlCampaigns
from worker.store.records.carriers import SqlCarriers
from worker.store.records.cdrs import SqlCdrs
from worker.store.records.chosen_ids import SqlChosenIds
from worker.store.records.do_not_call import SqlDoNotCall
from worker.store.records.erasure import SqlErasure
from worker.store.records.figures import SqlFigures
from worker.store.records.file_imports import SqlFileImports
from worker.store.records.gateways import SqlGateways
from worker.store.records.lead_edits import SqlLeadEdits
from worker.store.records.lead_records import SqlLeadRecords
from worker.store.records.lists import SqlLists
from worker.store.records.login_failures import SqlLoginFailures
from worker.store.records.number_plan import SqlNumberPlans
from worker.store.records.number_sealings import SqlNumberSealings
from worker.store.records.refreshes import SqlRefreshes
from worker.store.records.report_subscriptions import SqlReportSubscriptions
from worker.store.records.reports import SqlReports
from worker.store.records.retentions import SqlRetentions
from worker.store.records.secret_rows import SqlSecretRows
from worker.store.records.single_calls import SqlSingleCalls
from worker.store.records.standings import SqlStandings
from worker.store.records.statistics import SqlStatistics
from worker.store.records.templates import SqlTemplates
from worker.store.records.tenants import SqlTenants

logger = logging.getLogger(__name__)

_MOMENT: Final = select(func.clock_timestamp(type_=Instant))


class SqlTransaction(
    SqlDispatchRepositories, SqlCallbackRepositories, DispatchTransaction, CallbackTransaction, RecordTransaction
):
    """A running transaction, with one repository for each kind of object."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection; the store commits its transaction."""
        super().__init__(connection)
        self.after_commit_actions: list[Callable[[], None]] = []

    @override
    def after_commit(self, action: Callable[[], None]) -> None:
        self.after_commit_actions.append(action)

    @override
    @cached_property
    def chosen_ids(self) -> SqlChosenIds:
        return SqlChosenIds(self.connection)

    @override
    @cached_property
    def number_sealings(self) -> SqlNumberSealings:
        return SqlNumberSealings(self.connection)

    @override
    @cached_property
    def secret_rows(self) -> SqlSecretRows:
        return SqlSecretRows(self.connection)

    @override
    @cached_property
    def tenant_caps(self) -> SqlTenantCaps:
        return SqlTenantCaps(self.connection)

    @override
    @cached_property
    def api_keys(self) -> SqlApiKeys:
        return SqlApiKeys(self.connection)

    @override
    @cached_property
    def alerts(self) -> SqlAlerts:
        return SqlAlerts(self.connection)

    @override
    @cached_property
    def report_subscriptions(self) -> SqlReportSubscriptions:
        return SqlReportSubscriptions(self.connection)

    @override
    @cached_property
    def answers(self) -> SqlAnswers:
        return SqlAnswers(self.connection)

    @override
    @cached_property
    def login_failures(self) -> SqlLoginFailures:
        return SqlLoginFailures(self.connection)

    @override
    @cached_property
    def audit(self) -> SqlAuditTrail:
        return SqlAuditTrail(self.connection)

    @override
    @cached_property
    def retentions(self) -> SqlRetentions:
        return SqlRetentions(self.connection)

    @override
    @cached_property
    def tenants(self) -> SqlTenants:
        return SqlTenants(self.connection)

    @override
    @cached_property
    def campaigns(self) -> SqlCampaigns:
        return SqlCampaigns(self.connection)

    @override
    @cached_property
    def carriers(self) -> SqlCarriers:
        return SqlCarriers(self.connection)

    @override
    @cached_property
    def gateways(self) -> SqlGateways:
        return SqlGateways(self.connection)

    @override
    @cached_property
    def templates(self) -> SqlTemplates:
        return SqlTemplates(self.connection)

    @override
    @cached_property
    def audio_files(self) -> SqlAudioFiles:
        return SqlAudioFiles(self.connection)

    @override
    @cached_property
    def lists(self) -> SqlLists:
        return SqlLists(self.connection)

    @override
    @cached_property
    def lead_records(self) -> SqlLeadRecords:
        return SqlLeadRecords(self.connection)

    @override
    @cached_property
    def lead_edits(self) -> SqlLeadEdits:
        return SqlLeadEdits(self.connection)

    @override
    @cached_property
    def erasure(self) -> SqlErasure:
        return SqlErasure(self.connection)

    @override
    @cached_property
    def file_imports(self) -> SqlFileImports:
        return SqlFileImports(self.connection)

    @override
    @cached_property
    def refreshes(self) -> SqlRefreshes:
        return SqlRefreshes(self.connection)

    @override
    @cached_property
    def single_calls(self) -> SqlSingleCalls:
        return SqlSingleCalls(self.connection)

    @override
    @cached_property
    def cdrs(self) -> SqlCdrs:
        return SqlCdrs(self.connection)

    @override
    @cached_property
    def do_not_call(self) -> SqlDoNotCall:
        return SqlDoNotCall(self.connection)

    @override
    @cached_property
    def reports(self) -> SqlReports:
        return SqlReports(self.connection)

    @override
    @cached_property
    def statistics(self) -> SqlStatistics:
        return SqlStatistics(self.connection)

    @override
    @cached_property
    def figures(self) -> SqlFigures:
        return SqlFigures(self.connection)

    @override
    @cached_property
    def standings(self) -> SqlStandings:
        return SqlStandings(self.connection)

    @override
    @cached_property
    def number_plan(self) -> SqlNumberPlans:
        return SqlNumberPlans(self.connection)

    @override
    @cached_property
    def backfills(self) -> SqlBackfills:
        return SqlBackfills(self.connection)

    @override
    @cached_property
    def backfill_leads(self) -> SqlBackfillLeads:
        return SqlBackfillLeads(self.connection)


class SqlStore(DispatchStore, CallbackStore, RecordStore):
    """The database behind the ports."""

    def __init__(self, engine: Engine) -> None:
        """Use this engine; nothing is connected yet."""
        self._engine = engine
        self._act: Act | None = None
        self._reader = engine.execution_options(callbeat_read_only=True)
        if engine.dialect.name == "postgresql":  # one snapshot for all reads; SQLite has no other level
            self._reader = self._reader.execution_options(isolation_level="REPEATABLE READ")

    def acting(self, act: Act | None) -> "SqlStore":
        """Return the same store for one request or command, whose changes the audit trail gets."""
        acting = copy(self)
        acting._act = act  # noqa: SLF001 - its own class
        return acting

    @property
    def has_own_clock(self) -> bool:
        """Return True when the database runs on a machine that may have another clock."""
        return self._engine.dialect.name == "postgresql"

    def check_schema(self) -> None:
        """Raise ``OlderSchema`` when this release cannot work on the database, ``Unavailable`` when it is away."""
        with suppress(NewerSchema), outages_named():  # migrations only add, so that an earlier release works on
            check_schema(self._engine)

    def durability_risks(self) -> list[str]:
        """Return what may lose a commit, one sentence each; raises ``Unavailable``."""
        return durability_risks(self._engine)

    def moment(self) -> DateTime:
        """Return the time by the database's clock; raises ``Unavailable``."""
        with self.reading() as tx:
            return tx.connection.execute(_MOMENT).scalar_one()

    @override
    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        with outages_named(), self._engine.begin() as connection, audited(connection, self._act):
            transaction = SqlTransaction(connection)
            yield transaction
        for action in transaction.after_commit_actions:
            action()

    @override
    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        with outages_named(), slow_reads_named(), self._reader.begin() as connection:
            yield SqlTransaction(connection)
