"""Daily reports: who gets which, when the next one is due, and what follows an attempt to mail one."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.zone import zone_named

MINUTES_OF_A_DAY: Final = 1_440
LONGEST_ADDRESS: Final = 254
"""RFC 5321: 256 octets with the angle brackets."""
_MAIL_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
SCHEDULE: Final = tuple(Duration(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""Pauses between attempts to mail a report: 22 hours in all, so that it is given up before the next day's is due."""


class Channel(StrEnum):
    """How a daily report reaches its reader."""

    MAIL = "mail"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class ReportDay:
    """The day that a report is about."""

    name: str
    """``YYYY-MM-DD`` in the tenant's zone."""
    start: DateTime
    end: DateTime


@dataclass(frozen=True, slots=True)
class Sent:
    """The mail server has taken the mail."""


@dataclass(frozen=True, slots=True)
class TryAgainAt:
    """Try again at this time or later."""

    moment: DateTime


@dataclass(frozen=True, slots=True)
class GivenUp:
    """No further attempt is made."""


def is_mail_address(text: str) -> bool:
    """Return True for one plain address, without a name, blanks or line ends."""
    return len(text) <= LONGEST_ADDRESS and _MAIL_ADDRESS.fullmatch(text) is not None


def check_mail_address(text: str) -> str:
    """Return a mail address; raises ``ValueError``."""
    if not is_mail_address(text):
        raise ValueError(text)
    return text


def next_report_at(now: DateTime, *, minute: int, zone: str) -> DateTime:
    """Return the next time after ``now`` at which the tenant's clock shows this minute of the day.

    A time that the clock skips is the first one after the gap.
    """
    midnight = now.in_timezone(zone_named(zone)).start_of("day")
    for days in range(3):
        day = midnight.add(days=days)
        due = day.set(hour=minute // 60, minute=minute % 60)
        if due > now:
            return due.in_timezone("UTC")
    raise AssertionError  # a day has 25 hours at most


def day_before(due: DateTime, *, zone: str) -> ReportDay:
    """Return the last whole day of the tenant's zone before this time."""
    end = due.in_timezone(zone_named(zone)).start_of("day")
    start = end.subtract(days=1)
    return ReportDay(start.to_date_string(), start, end)


def decide_mail(*, attempt: int, is_hopeless: bool, now: DateTime) -> TryAgainAt | GivenUp:
    """Return what follows the failed attempt number ``attempt`` (1 is the first)."""
    if is_hopeless or attempt > len(SCHEDULE):
        return GivenUp()
    return TryAgainAt(now + SCHEDULE[attempt - 1])
