"""Builds the adapters from the settings and passes them on as ports."""

import os
import random
import secrets
import ssl
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from threading import Semaphore
from typing import Any, Final
from uuid import UUID

from celery import signals
from celery.loaders.base import BaseLoader
from pendulum import Duration
from typing_extensions import override
from uuid_utils.compat import uuid7

from worker import log
from worker.callbacks.own_secret import OwnSecretSender
from worker.callbacks.reach import why_never_sent
from worker.callbacks.sender import MOST_CONNECTIONS, HttpSender
from worker.clock import SharedClock, SystemClock
from worker.coordination.connection import connect
from worker.coordination.queue_loads import queue_loads
from worker.coordination.rate import RedisRate
from worker.coordination.request_limits import LocalRequestLimits, RedisRequestLimits, SharedOrLocal
from worker.coordination.wakeups import RedisWakeups
from worker.domain.caps import Cap
from worker.domain.mail_server import MailServerUrl
from worker.domain.speech.bucket import Bucket
from worker.domain.switch_address import SwitchUrl
from worker.domain.timing import CALLBACK_ANSWERED_WITHIN, SMTP_STEP
from worker.foreign_variables import forget_foreign_variables
from worker.home import UMASK, disk_free, make_private
from worker.jobs import names as job_names
from worker.jobs.app import app, configuration
from worker.jobs.background import Background
from worker.jobs.broker_check import check_broker
from worker.jobs.queue import CeleryJobQueue
from worker.mail.smtp import MailServer, SmtpSender
from worker.ports.agents.phones import Phones
from worker.ports.callbacks.deliveries import CallbackSender
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.messages import Wakeups
from worker.ports.dispatch.second_source import CdrFormat
from worker.ports.dispatch.telephony import EventSource, Telephony
from worker.ports.records.audit import Act
from worker.ports.records.joined import JoinedTransactions
from worker.ports.records.mails import MailSender
from worker.ports.records.recordings import RecordingFiles
from worker.ports.records.report_files import ReportWriter
from worker.ports.records.request_limits import RequestLimits
from worker.ports.records.store import RecordTransaction
from worker.ports.records.surroundings import Surroundings
from worker.ports.records.workbooks import WorkbookWriter
from worker.ports.sounds import AudioReader, SoundNames, SoundPlaces, SoundStore, SpeechEngines
from worker.reports.writer import ReportFiles
from worker.settings import Settings, WrongSetting, read_settings, secrets_of
from worker.sounds.configuration import read_engines
from worker.sounds.engine import Engines
from worker.sounds.folder import FolderStore
from worker.sounds.names import SOUND_KEY_BYTES, KeyedNames
from worker.sounds.places import Places
from worker.sounds.reader import MiniaudioReader
from worker.sounds.recordings import RecordingFolder
from worker.sounds.s3 import S3Store
from worker.spreadsheets.reader import SpreadsheetReader
from worker.spreadsheets.workbook_writer import XlsxWriter
from worker.stopping import Stop, check_not_stopping
from worker.store.base.engine import make_engine
from worker.store.base.patience import CLIENTS, WORKERS, Patience
from worker.store.joined import JoinedStore
from worker.store.transaction import SqlStore
from worker.telephony.events import SwitchEvents
from worker.telephony.legs import SwitchPhones
from worker.telephony.originate import ANSWER_APPLICATION, Answering, VoiceProcesses
from worker.telephony.posted_cdr import JsonCdr
from worker.telephony.switch import Switches
from worker.usecases.callbacks.delivery_session import SenderPool
from worker.usecases.dispatch.dial_paced import Dialler
from worker.usecases.dispatch.sound_key import sound_key
from worker.usecases.dispatch.sound_work import Studio
from worker.usecases.records.run_imports import Importer
from worker.usecases.records.send_reports import Postman
from worker.usecases.records.tenants import DEFAULT_TENANT, find_tenant

DOUBTFUL_HOSTS: Final = 24
"""Bulkhead: at most this many hosts in doubt are served at once. If all of them hang, a callback worker still has 8 of
its 32 threads for hosts that answer."""
LIMITS_TIMEOUT_SECONDS: Final = 0.25
"""Every request to the API asks Redis about its tenant's rate, and does without after this time."""
PACED_AT_ONCE: Final = 32
"""Threads of a process in which calls wait for their carrier's calls per second; each holds a batch of one carrier for
up to 0.4 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """All adapters of a process."""

    store: SqlStore
    queue: CeleryJobQueue
    wakeups: Wakeups
    telephony: Telephony
    phones: Phones
    """The phones of agents."""
    dialler: Dialler
    cdr_format: CdrFormat
    pool: SenderPool
    clock: SystemClock
    new_id: Callable[[], UUID]
    chance: Callable[[], float]
    timezone: str
    api_token: str | None
    callback_https_only: bool
    why_never_sent: Callable[[str], str]
    """Returns why no callback can be sent to a URL; empty when one can."""
    caps: Mapping[Cap, int]
    engines: SpeechEngines
    audio_reader: AudioReader
    sounds: SoundStore
    sound_places: SoundPlaces
    sound_names: SoundNames
    recordings: RecordingFiles
    request_limits: RequestLimits
    mails: MailSender
    speaks: bool
    """True when answered calls are spoken with; otherwise an own dialplan plays, and no sound is needed."""
    stalled_after: Duration
    """How long a campaign must stand still before subscriptions are told."""
    surroundings: Surroundings
    probes: Mapping[str, Callable[[], None]]
    """Health checks by the name of the part; a check raises ``Unavailable`` when its part cannot be reached."""

    def acting(self, act: Act) -> "Services":
        """Return the same services for one request, whose changes the audit trail gets."""
        return replace(self, store=self.store.acting(act))

    def joined(self, first: Callable[[RecordTransaction], None]) -> tuple[JoinedTransactions, "Services"]:
        """Return the same services for one request, all of whose transactions are a single one that begins so."""
        store = JoinedStore(self.store, first=first)
        return store, replace(self, store=store)

    @property
    def spoken_names(self) -> SoundNames | None:
        """Return the names of sounds that must be there before a dial; None when we speak with nobody."""
        return self.sound_names if self.speaks else None

    @property
    def studio(self) -> Studio:
        """Return what renders and keeps sounds."""
        return Studio(engines=self.engines, sounds=self.sounds, names=self.sound_names, clock=self.clock)

    @property
    def workbooks(self) -> WorkbookWriter:
        """Return what writes workbooks."""
        return XlsxWriter()

    @property
    def report_files(self) -> ReportWriter:
        """Return what writes reports."""
        return ReportFiles()

    @property
    def postman(self) -> Postman:
        """Return what sends daily reports."""
        return Postman(store=self.store, queue=self.queue, files=self.report_files, mails=self.mails, clock=self.clock)

    @property
    def importer(self) -> Importer:
        """Return what imports files."""
        return Importer(
            store=self.store,
            queue=self.queue,
            reader=SpreadsheetReader(),
            clock=self.clock,
            new_id=self.new_id,
            caps=self.caps,
            is_stopping=lambda: stopping().is_requested,
        )

    @property
    def dispatch_store(self) -> SqlStore:
        """Return the same store for the use cases of dispatch."""
        return self.store

    @property
    def people_store(self) -> SqlStore:
        """Return the same store for the use cases of agents."""
        return self.store

    @property
    def callback_store(self) -> SqlStore:
        """Return the same store for the use cases of callbacks."""
        return self.store


@cache
def settings() -> Settings:
    """Return the settings, read once. Raises ``WrongSetting``; its message is the one line for the operator."""
    return checked(read_settings())


def checked(chosen: Settings) -> Settings:
    """Return the settings after the checks that only adapters can make. Raises ``WrongSetting``."""
    _switches(chosen)
    return chosen


@cache
def services() -> Services:
    """Build this process's adapters, once; nothing is connected yet."""
    return _services(WORKERS)


@cache
def api_services() -> Services:
    """Build the adapters of an API process, once, with shorter database timeouts; nothing is connected yet."""
    return _services(CLIENTS)


@cache
def stopping() -> Stop:
    """Return this process's request to stop; dialling ends with it."""
    return Stop(drain=Duration(seconds=settings().drain_seconds))


def store(*, patience: Patience = WORKERS) -> SqlStore:
    """Return the database alone, for commands that need nothing else."""
    chosen = settings()
    if chosen.database_url is None:
        make_private(chosen.home)
    return SqlStore(make_engine(chosen.database, patience=patience, keys=chosen.secret_keys))


def event_source(url: SwitchUrl, *, clock: Clock) -> EventSource:
    """Return the events of a switch; ``clock`` gives the time from which it has received all of them."""
    return SwitchEvents(url, clock=clock)


def switches() -> list[SwitchUrl]:
    """Return the switches of the environment, which are only the first list: afterwards they are rows."""
    return _switches(settings())


def redis_url(chosen: Settings) -> str:
    """Return the broker's URL, which every process with tasks needs. Raises ``WrongSetting`` when it is not set."""
    if chosen.redis_url is None:
        raise WrongSetting("redis_url", value=None, expected=_expected("redis_url"))
    return chosen.redis_url


class Loader(BaseLoader):
    """Celery's loader: returns the options when Celery first asks for them."""

    @override
    def read_configuration(self, env: str = "") -> dict[str, Any]:  # Any: Celery's own option types
        try:
            chosen = settings()
            broker_url = redis_url(chosen)
        except WrongSetting as error:
            raise SystemExit(str(error)) from error  # `celery` itself would show a traceback
        os.umask(UMASK)  # Celery's own command does not pass ours
        forget_foreign_variables()
        signals.setup_logging.connect(_set_up_log, weak=False)
        return configuration(broker_url=broker_url, task_events=chosen.task_events)


def _services(patience: Patience) -> Services:
    chosen = settings()
    redis = connect(redis_url(chosen))
    wakeups = RedisWakeups(redis)
    database = store(patience=patience)
    clock = clock_of(database)
    chance = random.SystemRandom().random
    stop = stopping()
    engines = _engines(chosen, clock=clock)
    names = KeyedNames(
        partial(sound_key, database, new_key=partial(secrets.token_bytes, SOUND_KEY_BYTES)),
        rendered_by=engines.rendered_by,
    )
    is_spoken = speaks(chosen)
    telephony = Switches(clock=clock, answering=_answering(chosen), is_stopping=lambda: stop.is_requested)
    return Services(
        store=database,
        queue=CeleryJobQueue(app, wakeups, now=clock.now),
        wakeups=wakeups,
        cdr_format=JsonCdr(),
        telephony=telephony,
        phones=SwitchPhones(telephony, extension_dial=chosen.extension_dial),
        dialler=Dialler(
            telephony=telephony,
            rate=RedisRate(redis),
            clock=clock,
            wait=clock.wait,
            beside=Background(PACED_AT_ONCE),
            longest_call_seconds=chosen.longest_call_seconds,
            names=names if is_spoken else None,
        ),
        pool=_sender_pool(chosen, database, chance=chance),
        clock=clock,
        new_id=uuid7,
        chance=chance,
        timezone=chosen.timezone,
        api_token=chosen.api_token.get_secret_value() if chosen.api_token else None,
        callback_https_only=chosen.callback_https_only,
        why_never_sent=partial(why_never_sent, allow=chosen.callback_allow, ports=chosen.callback_ports),
        caps=chosen.tenant_caps,
        sounds=sound_store(chosen),
        sound_places=Places(chosen.sounds_url or str(chosen.sounds)),
        sound_names=names,
        speaks=is_spoken,
        stalled_after=Duration(minutes=chosen.stalled_minutes),
        engines=engines,
        audio_reader=MiniaudioReader(),
        recordings=RecordingFolder(None if chosen.recordings is None else Path(chosen.recordings)),
        request_limits=_request_limits(redis_url(chosen)),
        surroundings=_surroundings(chosen, clock=clock),
        mails=SmtpSender(_mail_server(chosen)),
        probes={
            "database": partial(_ping, database),
            "broker": partial(_check_broker, wakeups),
            "process": partial(check_not_stopping, chosen.home),
        },
    )


def _surroundings(chosen: Settings, *, clock: SystemClock) -> Surroundings:
    redis = connect(redis_url(chosen), timeout_seconds=LIMITS_TIMEOUT_SECONDS)
    queues = sorted(set(job_names.QUEUE_OF.values()))
    folders = {"home": chosen.home, "sounds": chosen.sounds}
    if chosen.recordings is not None:
        folders["recordings"] = Path(chosen.recordings)
    return Surroundings(
        queues=lambda: queue_loads(redis, queues, at=clock.now().timestamp()),
        disk_free=partial(disk_free, folders),
        clock_ahead=clock.ahead_seconds,
    )


def _mail_server(chosen: Settings) -> MailServer | None:
    if chosen.smtp_url is None:
        return None
    if chosen.smtp_from is None:
        raise WrongSetting("smtp_from", value=None, expected=f"{_expected('smtp_from')}; CALLBEAT_SMTP_URL is set")
    return MailServer(
        url=MailServerUrl.parse(chosen.smtp_url),
        sender=chosen.smtp_from,
        trust=ssl.create_default_context(cafile=chosen.smtp_ca_file),
        timeout_seconds=SMTP_STEP.total_seconds(),
    )


def _request_limits(url: str) -> RequestLimits:
    shared = RedisRequestLimits(connect(url, timeout_seconds=LIMITS_TIMEOUT_SECONDS))
    return SharedOrLocal(shared, LocalRequestLimits(time.monotonic), seconds=time.monotonic)


def _sender_pool(chosen: Settings, database: SqlStore, *, chance: Callable[[], float]) -> SenderPool:
    threads = ThreadPoolExecutor(MOST_CONNECTIONS, thread_name_prefix="callback")
    return SenderPool(_sender(chosen, database), threads=threads, bulkhead=Semaphore(DOUBTFUL_HOSTS), chance=chance)


def _sender(chosen: Settings, database: SqlStore) -> CallbackSender:
    sender = HttpSender(
        allow=chosen.callback_allow,
        ports=chosen.callback_ports,
        timeout_seconds=CALLBACK_ANSWERED_WITHIN.total_seconds(),
        trust=ssl.create_default_context(cafile=chosen.callback_ca_file) if chosen.callback_ca_file else None,
        https_only=chosen.callback_https_only,
    )
    if chosen.callback_secret is None:
        return sender
    return OwnSecretSender(
        sender,
        secrets=secrets_of(chosen.callback_secret),
        find_default_tenant=partial(find_tenant, database, name=DEFAULT_TENANT),
    )


def speaks(chosen: Settings) -> bool:
    """Return True when voice processes speak with callees, and no dialplan of the operator's does."""
    return isinstance(_answering(chosen), VoiceProcesses)


def _engines(chosen: Settings, *, clock: SystemClock) -> Engines:
    try:
        return read_engines(chosen.speech, reader=MiniaudioReader(), wait=clock.wait)
    except ValueError as error:
        raise WrongSetting("speech", value=chosen.speech, expected=f"{_expected('speech')} ({error})") from error


def sound_store(chosen: Settings) -> SoundStore:
    """Return the bucket of sounds if one is set, else the folder. No switch reads a bucket: it needs an address."""
    if chosen.sounds_s3 is None:
        return FolderStore(chosen.sounds)
    if chosen.sounds_url is None or chosen.sounds_url.startswith("/"):
        expected = "an address, because CALLBEAT_SOUNDS_S3 is set: http_cache://http://HOST:8000/sounds"
        raise WrongSetting("sounds_url", value=chosen.sounds_url, expected=expected)
    try:
        return S3Store(Bucket.parse(chosen.sounds_s3))
    except ValueError as error:
        raise WrongSetting("sounds_s3", value=chosen.sounds_s3, expected=str(error)) from error


def clock_of(database: SqlStore) -> SystemClock:
    """Return the database's clock, which all processes share; for a file database it is this machine's clock."""
    return SharedClock(database.moment) if database.has_own_clock else SystemClock()


def _answering(chosen: Settings) -> Answering:
    """Return what answered calls do: the operator's own application before voice processes, else our dialplan."""
    if chosen.answer_application is not None:
        return chosen.answer_application
    return VoiceProcesses(chosen.voice_urls) if chosen.voice_urls else ANSWER_APPLICATION


def answer_application(chosen: Settings) -> str:
    """Return the application that a switch has to have, with its arguments."""
    answering = _answering(chosen)
    return f"socket:{'|'.join(answering.addresses)} async full" if isinstance(answering, VoiceProcesses) else answering


def _ping(database: SqlStore) -> None:
    database.check_schema()


def _check_broker(wakeups: Wakeups) -> None:
    """Write as the coordination does, because a broker that is full takes no writes, and send and take a message."""
    wakeups.check()
    check_broker(app)


def _set_up_log(**_: object) -> None:
    log.configure(settings().log_level)


def _switches(chosen: Settings) -> list[SwitchUrl]:
    try:
        return [SwitchUrl.parse(url) for url in chosen.switch_urls]
    except ValueError as error:
        given = ",".join(chosen.switch_urls)
        raise WrongSetting("switch_urls", value=given, expected=_expected("switch_urls")) from error


def _expected(name: str) -> str:
    return Settings.model_fields[name].description or ""
