"""What the API needs, without servers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from uuid import UUID

from uuid_utils.compat import uuid7

from tests.builders import NOON
from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeWakeups
from tests.fakes.engines import FakeEngines, FakeSounds
from tests.fakes.jobs import FakeJobQueue
from tests.fakes.mails import FakeMails
from tests.fakes.request_limits import NoRequestLimits
from tests.fakes.telephony import FakeTelephony
from worker.domain.caps import DEFAULT_CAPS, Cap
from worker.ports.dispatch.second_source import CdrFormat
from worker.ports.records.audit import Act
from worker.ports.records.joined import JoinedTransactions
from worker.ports.records.mails import MailSender
from worker.ports.records.recordings import RecordingFiles
from worker.ports.records.report_files import ReportWriter
from worker.ports.records.request_limits import RequestLimits
from worker.ports.records.store import RecordTransaction
from worker.ports.records.surroundings import Surroundings
from worker.ports.records.workbooks import WorkbookWriter
from worker.ports.sounds import AudioReader, SoundNames, SoundStore, SpeechEngines
from worker.reports.writer import ReportFiles
from worker.sounds.reader import MiniaudioReader
from worker.sounds.recordings import RecordingFolder
from worker.spreadsheets.workbook_writer import XlsxWriter
from worker.store.joined import JoinedStore
from worker.store.transaction import SqlStore
from worker.telephony.posted_cdr import JsonCdr

TOKEN = "first-token"
SECRET_KEY = bytes(range(32))
"""Nothing is encrypted with it before a test says so."""


@dataclass(kw_only=True)
class FakeServices:
    """The services of the API: a given store, and fakes of everything else."""

    store: SqlStore
    queue: FakeJobQueue = field(default_factory=FakeJobQueue)
    wakeups: FakeWakeups = field(default_factory=lambda: FakeWakeups(FakeClock(NOON)))
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    new_id: Callable[[], UUID] = uuid7
    chance: Callable[[], float] = field(default_factory=lambda: Random(16).random)
    telephony: FakeTelephony = field(default_factory=FakeTelephony)
    api_token: str | None = TOKEN
    callback_https_only: bool = False
    why_never_sent: Callable[[str], str] = lambda _url: ""
    caps: Mapping[Cap, int] = field(default_factory=lambda: DEFAULT_CAPS)
    request_limits: RequestLimits = field(default_factory=NoRequestLimits)
    cdr_format: CdrFormat = field(default_factory=JsonCdr)
    sounds: SoundStore = field(default_factory=FakeSounds)
    recordings: RecordingFiles = field(default_factory=lambda: RecordingFolder(None))
    engines: SpeechEngines = field(default_factory=FakeEngines)
    audio_reader: AudioReader = field(default_factory=MiniaudioReader)
    workbooks: WorkbookWriter = field(default_factory=XlsxWriter)
    report_files: ReportWriter = field(default_factory=ReportFiles)
    mails: MailSender = field(default_factory=FakeMails)
    spoken_names: SoundNames | None = None
    surroundings: Surroundings = field(default_factory=Surroundings)
    probes: Mapping[str, Callable[[], None]] = field(default_factory=dict)

    def acting(self, act: Act) -> "FakeServices":
        return replace(self, store=self.store.acting(act))

    def joined(self, first: Callable[[RecordTransaction], None]) -> tuple[JoinedTransactions, "FakeServices"]:
        store = JoinedStore(self.store, first=first)
        return store, replace(self, store=store)

    @property
    def callback_store(self) -> SqlStore:
        return self.store

    @property
    def people_store(self) -> SqlStore:
        return self.store

    @property
    def dispatch_store(self) -> SqlStore:
        return self.store
