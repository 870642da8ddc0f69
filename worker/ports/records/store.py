"""Ports of the store for the API's use cases."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from worker.ports.dispatch.leadership import LeaderLeases
from worker.ports.dispatch.outbox import FanOuts, Outbox, Subscribers
from worker.ports.dispatch.sound_rows import SoundRows, SoundWaits
from worker.ports.dispatch.speech import Speech
from worker.ports.dispatch.store import Calls, Plans
from worker.ports.dispatch.switches import SwitchRows
from worker.ports.dispatch.tenant_caps import TenantCaps
from worker.ports.dispatch.trunks import Trunks
from worker.ports.records.access import ApiKeys, LoginFailures
from worker.ports.records.alerts import Alerts
from worker.ports.records.answers import Answers
from worker.ports.records.audio import AudioFiles
from worker.ports.records.audit import AuditTrail
from worker.ports.records.backfills import BackfillLeads, Backfills
from worker.ports.records.campaigns import Campaigns, Statistics
from worker.ports.records.carriers import Carriers
from worker.ports.records.cdrs import Cdrs
from worker.ports.records.chosen_ids import ChosenIdRows
from worker.ports.records.erasure import Erasure
from worker.ports.records.figures import Figures
from worker.ports.records.file_imports import FileImports
from worker.ports.records.gateways import Gateways
from worker.ports.records.lead_edits import LeadEdits
from worker.ports.records.lead_records import DoNotCall, LeadRecords
from worker.ports.records.lists import Lists
from worker.ports.records.number_plan import NumberPlans
from worker.ports.records.number_sealings import NumberSealings
from worker.ports.records.refreshes import Refreshes
from worker.ports.records.reports import Reports
from worker.ports.records.retentions import Retentions
from worker.ports.records.secret_rows import SecretRows
from worker.ports.records.single_calls import SingleCalls
from worker.ports.records.standings import Standings
from worker.ports.records.templates import Templates
from worker.ports.records.tenants import Tenants


class RecordTransaction(Protocol):
    """One transaction; actions registered with ``after_commit`` run only when it has committed."""

    @property
    def tenant_caps(self) -> TenantCaps: ...
    @property
    def retentions(self) -> Retentions: ...
    @property
    def tenants(self) -> Tenants: ...
    @property
    def chosen_ids(self) -> ChosenIdRows: ...
    @property
    def campaigns(self) -> Campaigns: ...
    @property
    def carriers(self) -> Carriers: ...
    @property
    def gateways(self) -> Gateways: ...
    @property
    def templates(self) -> Templates: ...
    @property
    def audio_files(self) -> AudioFiles: ...
    @property
    def lists(self) -> Lists: ...
    @property
    def lead_records(self) -> LeadRecords: ...
    @property
    def erasure(self) -> Erasure: ...
    @property
    def refreshes(self) -> Refreshes: ...
    @property
    def file_imports(self) -> FileImports: ...
    @property
    def lead_edits(self) -> LeadEdits: ...
    @property
    def single_calls(self) -> SingleCalls: ...
    @property
    def cdrs(self) -> Cdrs: ...
    @property
    def do_not_call(self) -> DoNotCall: ...
    @property
    def statistics(self) -> Statistics: ...
    @property
    def figures(self) -> Figures: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def plans(self) -> Plans: ...
    @property
    def calls(self) -> Calls: ...
    @property
    def standings(self) -> Standings: ...
    @property
    def number_plan(self) -> NumberPlans: ...
    @property
    def backfills(self) -> Backfills: ...
    @property
    def backfill_leads(self) -> BackfillLeads: ...
    @property
    def leader_leases(self) -> LeaderLeases: ...
    @property
    def trunks(self) -> Trunks: ...
    @property
    def switches(self) -> SwitchRows: ...
    @property
    def speech(self) -> Speech: ...
    @property
    def sounds(self) -> SoundRows: ...
    @property
    def sound_waits(self) -> SoundWaits: ...
    @property
    def secret_rows(self) -> SecretRows: ...
    @property
    def number_sealings(self) -> NumberSealings: ...
    @property
    def api_keys(self) -> ApiKeys: ...
    @property
    def audit(self) -> AuditTrail: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def deliveries(self) -> Outbox: ...
    @property
    def fan_outs(self) -> FanOuts: ...
    @property
    def subscriptions(self) -> Subscribers: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def login_failures(self) -> LoginFailures: ...
    def after_commit(self, action: Callable[[], None]) -> None:
        """Run the action when the transaction has committed; never when it rolls back."""


class RecordStore(Protocol):
    """The database; both methods raise ``Unavailable`` when it cannot be reached or is too busy."""

    def transaction(self) -> AbstractContextManager[RecordTransaction]:
        """Begin a transaction that may write; commit at the end of the block, roll back on an error."""

    def reading(self) -> AbstractContextManager[RecordTransaction]:
        """Begin a read-only transaction, which sees the data of one moment."""
