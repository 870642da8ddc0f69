"""The tables of sounds: what is rendered, what clients uploaded, which engines rest, and which leads wait."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, Uuid, text

from worker.store.base.columns import Instant, id_column, reference
from worker.store.base.schema import metadata

_NONE: Final = text("0")

sound_keys: Final = Table(
    "sound_keys",
    metadata,
    Column("id", Integer, primary_key=True),  # 1
    Column("key", String, nullable=False),  # of the installation: names of sounds depend on it; base64
)

sounds: Final = Table(
    "sounds",
    metadata,
    Column("name", String, primary_key=True),
    Column("ready_at", Instant),  # null: it could not be rendered
    Column("used_at", Instant, nullable=False),  # to the day; unused ones are deleted
    Column("milliseconds", Integer, nullable=False, server_default=_NONE),
    Column("failures", Integer, nullable=False, server_default=_NONE),  # in a row
    Column("retry_at", Instant),
    Column("error", String, nullable=False, server_default=""),  # the engine's words
)
Index("ix_sounds_used_at", sounds.c.used_at)

speech_engines: Final = Table(
    "speech_engines",
    metadata,
    Column("name", String, primary_key=True),
    Column("failures", Integer, nullable=False, server_default=_NONE),  # in a row
    Column("retry_at", Instant),  # the engine is left alone until then
    Column("error", String, nullable=False, server_default=""),
    Column("minute", Instant),  # of its budget
    Column("requests", Integer, nullable=False, server_default=_NONE),  # in that minute
)

sound_waits: Final = Table(
    "sound_waits",
    metadata,
    Column("lead_id", Uuid, ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True),
    Column("campaign_id", Uuid, nullable=False),
    Column(
        "until", Instant, nullable=False
    ),  # the due time that it got meanwhile; it falls due earlier when all is ready
)
Index("ix_sound_waits_campaign_id", sound_waits.c.campaign_id, sound_waits.c.until)

audio_files: Final = Table(
    "audio_files",
    metadata,
    id_column(),
    reference("tenant_id", "tenants.id"),
    Column("name", Text, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("tenant_id", "name"),
)
