"""Edits that were made on a copy that is no longer the newest: a stale copy must not undo a stop."""

import re
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.campaign_settings import CampaignChanges, CampaignSettings
from worker.domain.errors import Conflict, Overtaken

RUN_SWITCHES: Final = ("status", "active")
"""Settings that start and stop the dialling."""
MICROSECOND: Final = Duration(microseconds=1)
_FRACTION: Final = re.compile(r"\.([0-9]+)", re.ASCII)
BEHIND_REVISION: Final = "."
"""In an entity tag of a read, between the revision and the hash of the text."""
_TAGS: Final = re.compile(r'(?:W/)?"?([^",]*)"?\s*(?:,|$)')


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCopy:
    """What a client says of the copy that it has changed; all of it is optional."""

    revision: int | None = None
    """The revision in the body."""
    if_match: str = ""
    """The header: entity tags, or ``*`` for any revision."""
    updated_at: DateTime | None = None
    digits: int = 6
    """Digits of the second in ``updated_at``: clients cut what their language does not keep."""

    @property
    def is_named(self) -> bool:
        """True when the client names the revision that it has changed."""
        return self.revision is not None or bool(self.if_match)


NO_COPY: Final = ReadCopy()
"""Of a request that names what it wants and sends no copy."""


def digits_of_second(text: str) -> int:
    """Return how many digits of the second a time has, at most six."""
    found = _FRACTION.search(text)
    return 0 if found is None else min(6, len(found[1]))


def revision_of(changed_at: DateTime) -> int:
    """Return the revision of an object whose changes are not counted: the microsecond of its last change."""
    return changed_at.int_timestamp * 1_000_000 + changed_at.microsecond


def changed_after(before: DateTime, *, now: DateTime) -> DateTime:
    """Return when an object is changed that was changed at ``before``: later, so that its revision is another one."""
    return max(now, before + MICROSECOND)


def tags_in(header: str) -> list[str]:
    """Return the entity tags that a header names, weak ones too, without quotes."""
    return _TAGS.findall(header)


def check_revision(stored: int, copy: ReadCopy, *, what: str = "campaign") -> None:
    """Raise ``Overtaken`` or ``Conflict`` when the client has read another revision than the stored one."""
    named = {tag.partition(BEHIND_REVISION)[0] for tag in tags_in(copy.if_match)}
    if copy.if_match and copy.if_match.strip() != "*" and str(stored) not in named:
        raise Overtaken(f"the {what} was changed by others: its revision is {stored}")
    if copy.revision not in {None, stored}:
        raise Conflict(f"the {what} was changed by others: its revision is {stored}, not {copy.revision}")


def check_copy(changed_at: DateTime, copy: ReadCopy, *, what: str) -> None:
    """Raise the same for an object that was changed last at this time."""
    check_revision(revision_of(changed_at), copy, what=what)


def kept_switches(before: CampaignSettings, changes: CampaignChanges, *, copy: ReadCopy) -> tuple[str, ...]:
    """Return the run switches that a stale copy would turn back: they were turned after the copy was read.

    A copy without ``updated_at``, or with one from before the campaign, was not read here: it says what is wanted.
    """
    turned_at, read_at = before.steered_at, copy.updated_at
    if copy.is_named or turned_at is None or read_at is None or read_at < _cut(before.created_at, copy.digits):
        return ()
    if read_at >= _cut(turned_at, copy.digits):
        return ()
    stored = {"status": before.status, "active": before.active}
    return tuple(name for name in RUN_SWITCHES if name in changes and changes.get(name) != stored[name])


def _cut(moment: DateTime, digits: int) -> DateTime:
    unit = 10 ** (6 - digits)
    return moment.set(microsecond=moment.microsecond // unit * unit)
