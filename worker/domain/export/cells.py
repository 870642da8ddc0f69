"""Cells of exported tables, and the text that stands for them where a spreadsheet would execute it."""

import json
import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from pendulum import DateTime

from worker.domain.json_value import Json
from worker.domain.zone import zone_named

Cell: TypeAlias = str | int | None

_EXECUTED: Final = frozenset("=+-@\t\r\n＝＋－＠|%")  # noqa: RUF001 - full-width signs begin formulas too
"""What a formula begins with, in some spreadsheet."""
_SIGNED_NUMBER: Final = re.compile(r"[+-]([0-9][0-9 .,]*)?")
"""`+84981000001`, `-250000`, `-3,5`: digits alone call nothing, and have to stay what they are."""
_REMEMBERED: Final = 5_000


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe stands before those that begin like one."""
    start = text.lstrip(" \u00a0\u200b\ufeff")[:1]
    if start not in _EXECUTED or not start or _SIGNED_NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def json_text(value: Mapping[str, Json] | None) -> str:
    """Return an object as one cell; empty for none."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else ""


class LocalTimes:
    """Writes times in one zone, with the offset: ``2026-11-27 15:00:08+07:00``.

    Calls of a minute share all but their seconds, which are the same in each zone of these days.
    """

    def __init__(self, zone: str) -> None:
        """Write in this zone."""
        self._zone = zone_named(zone)
        self._minutes: dict[tuple[int, int, int, int, int], tuple[str, str]] = {}

    def text(self, moment: DateTime | None) -> str:
        """Return the time; empty for none."""
        if moment is None:
            return ""
        minute = (moment.year, moment.month, moment.day, moment.hour, moment.minute)
        known = self._minutes.get(minute)
        if known is None:
            known = self._of_minute(moment)
            if len(self._minutes) >= _REMEMBERED:
                self._minutes.clear()
            self._minutes[minute] = known
        before, after = known
        return f"{before}:{moment.second:02}{after}"

    def _of_minute(self, moment: DateTime) -> tuple[str, str]:
        local = moment.in_timezone(self._zone)
        offset = local.strftime("%z")
        return local.strftime("%Y-%m-%d %H:%M"), f"{offset[:3]}:{offset[3:5]}"
