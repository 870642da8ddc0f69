"""The repositories of dispatching, which every transaction has."""

from functools import cached_property

from sqlalchemy import Connection

from worker.store.agents.agents import SqlAgents
from worker.store.agents.legs import SqlLegRows
from worker.store.agents.pacing import SqlPacing
from worker.store.agents.people import SqlExtensions, SqlGroups, SqlUsers
from worker.store.dispatch.calls import SqlCalls
from worker.store.dispatch.cause_tables import SqlCauseTables
from worker.store.dispatch.conversations import SqlConversations
from worker.store.dispatch.corrections import SqlCorrections
from worker.store.dispatch.installation import SqlInstallation
from worker.store.dispatch.leadership import SqlLeaderLeases
from worker.store.dispatch.leads import SqlLeads
from worker.store.dispatch.one_time_codes import SqlOneTimeCodes
from worker.store.dispatch.plans import SqlPlans
from worker.store.dispatch.posted_cdrs import SqlPostedCdrs
from worker.store.dispatch.sound_rows import SqlSoundRows
from worker.store.dispatch.sound_waits import SqlSoundWaits
from worker.store.dispatch.speech import SqlSpeech
from worker.store.dispatch.spend import SqlSpend
from worker.store.dispatch.switches import SqlSwitches
from worker.store.dispatch.trunks import SqlTrunks


class SqlDispatchRepositories:
    """One repository for each kind of object that dispatching reads and writes."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self.connection = connection

    @cached_property
    def plans(self) -> SqlPlans:
        return SqlPlans(self.connection)

    @cached_property
    def leads(self) -> SqlLeads:
        return SqlLeads(self.connection)

    @cached_property
    def calls(self) -> SqlCalls:
        return SqlCalls(self.connection)

    @cached_property
    def cause_tables(self) -> SqlCauseTables:
        return SqlCauseTables(self.connection)

    @cached_property
    def trunks(self) -> SqlTrunks:
        return SqlTrunks(self.connection)

    @cached_property
    def one_time_codes(self) -> SqlOneTimeCodes:
        return SqlOneTimeCodes(self.connection)

    @cached_property
    def speech(self) -> SqlSpeech:
        return SqlSpeech(self.connection)

    @cached_property
    def sounds(self) -> SqlSoundRows:
        return SqlSoundRows(self.connection)

    @cached_property
    def conversations(self) -> SqlConversations:
        return SqlConversations(self.connection)

    @cached_property
    def sound_waits(self) -> SqlSoundWaits:
        return SqlSoundWaits(self.connection)

    @cached_property
    def spend(self) -> SqlSpend:
        return SqlSpend(self.connection)

    @cached_property
    def leader_leases(self) -> SqlLeaderLeases:
        return SqlLeaderLeases(self.connection)

    @cached_property
    def installation(self) -> SqlInstallation:
        return SqlInstallation(self.connection)

    @cached_property
    def switches(self) -> SqlSwitches:
        return SqlSwitches(self.connection)

    @cached_property
    def posted_cdrs(self) -> SqlPostedCdrs:
        return SqlPostedCdrs(self.connection)

    @cached_property
    def corrections(self) -> SqlCorrections:
        return SqlCorrections(self.connection)

    @cached_property
    def agents(self) -> SqlAgents:
        return SqlAgents(self.connection)

    @cached_property
    def pacing(self) -> SqlPacing:
        return SqlPacing(self.connection)

    @cached_property
    def agent_legs(self) -> SqlLegRows:
        return SqlLegRows(self.connection)

    @cached_property
    def users(self) -> SqlUsers:
        return SqlUsers(self.connection)

    @cached_property
    def groups(self) -> SqlGroups:
        return SqlGroups(self.connection)

    @cached_property
    def extensions(self) -> SqlExtensions:
        return SqlExtensions(self.connection)
