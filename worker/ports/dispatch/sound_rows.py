"""What is known of sounds in SQL, where planning and dialling ask for many at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import CampaignId, LeadId, TemplateId
from worker.domain.speech.back_off import NONE, Rest


@dataclass(frozen=True, slots=True)
class SoundState:
    """A sound that was rendered, uploaded or tried; ``rest`` says what went wrong and when it is tried again."""

    is_ready: bool
    used_at: DateTime
    rest: Rest = NONE


class SoundRows(Protocol):
    """The rows of sounds and of engines, and the key on which names depend."""

    def key(self) -> bytes | None:
        """Return the installation's key; None before the first one was kept."""

    def keep_key(self, key: bytes) -> bytes:
        """Keep the key, unless another process was first; return the one that is kept."""

    def known(self, names: Collection[str]) -> dict[str, SoundState]:
        """Return the state of those sounds that were rendered, uploaded or tried."""

    def note_ready(self, lengths: Mapping[str, int], *, now: DateTime) -> None:
        """Note that these sounds are kept, with their lengths in milliseconds."""

    def note_failed(self, failed: Mapping[str, Rest], *, now: DateTime) -> None:
        """Note which sounds could not be rendered, and when each is tried again."""

    def note_used(self, names: Collection[str], *, now: DateTime) -> None:
        """Note that these sounds are still needed."""

    def unused(self, *, since: DateTime, limit: int) -> list[str]:
        """Return rendered sounds that nobody needed since then."""

    def forget(self, names: Collection[str], *, unused_since: DateTime) -> list[str]:
        """Remove the rows of those that are still unused; return their names, whose files may be deleted now."""

    def drop(self, name: str) -> None:
        """Remove the row of an uploaded sound."""

    def engines(self) -> dict[str, Rest]:
        """Return the engines that failed last."""

    def note_engine(self, engine: str, rest: Rest) -> None:
        """Note whether an engine answers."""

    def take_budget(self, engine: str, *, wanted: int, per_minute: int, now: DateTime) -> int:
        """Take up to so many texts from the engine's budget of this minute; return how many it allows."""


class SoundWaits(Protocol):
    """The leads that wait for sounds, and those that will need some soon."""

    def hold(self, held: Mapping[LeadId, CampaignId], *, until: DateTime) -> None:
        """Note that these leads wait; the caller gives them this due time."""

    def of_running(self, *, limit: int, now: DateTime) -> dict[LeadId, TemplateId]:
        """Return waiting leads of running campaigns with their templates, those that wait longest first."""

    def next_of_running(self, *, per_campaign: int, until: DateTime) -> dict[LeadId, TemplateId]:
        """Return the leads of each running campaign that fall due first until then, with their templates."""

    def consents(self, lead_ids: Collection[LeadId]) -> dict[LeadId, str]:
        """Return what those of the leads are told whose campaign records its calls; never one with a code."""

    def release(self, lead_ids: Collection[LeadId], *, now: DateTime) -> set[CampaignId]:
        """Make waiting leads due now that are still to be called; return their campaigns. Locked leads are left out."""

    def drop_lapsed(self, *, now: DateTime) -> None:
        """Forget waits that have lapsed: those leads are due by themselves."""

    def count(self, campaign_ids: Collection[CampaignId], *, now: DateTime) -> Mapping[CampaignId, int]:
        """Return how many leads of these campaigns wait for sounds; those without any are left out."""
