"""CSV as spreadsheets write it: with or without a byte order mark, in several encodings, with any separator."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from typing import BinaryIO, Final

from typing_extensions import override

from worker.domain.errors import Invalid
from worker.ports.records.tables import OpenTable, TableRow

LONGEST_CELL: Final = 128 * 1024
TITLES: Final = 9
"""Lines that may stand above the header."""
_READ: Final = 1024 * 1024
_MARKS: Final = {  # the longer ones first
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_VIETNAMESE: Final = "cp1258"
_SEPARATORS: Final = ",;\t|"
_QUOTED: Final = re.compile(r'"[^"]*"')
_NAMED: Final = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


@contextmanager
def open_csv(file: BinaryIO) -> Iterator[OpenTable]:
    """Return the rows, to be read inside the block; raises ``Invalid`` for a text in no encoding that is known."""
    encoding = _encoding(file)
    total = _lines(file)
    file.seek(0)
    text = TextIOWrapper(file, encoding=encoding, newline="")
    csv.field_size_limit(LONGEST_CELL)
    try:
        first = _first_line(text)
        named = _NAMED.fullmatch(first)
        separator = named[1] if named else _separator([first, *(_first_line(text) for _ in range(TITLES))])
        if not named:
            text.seek(0)
        yield OpenTable(_rows(text, separator=separator, first=2 if named else 1), total)
    finally:
        text.detach()  # the file is not ours to close


def _first_line(text: TextIOWrapper) -> str:
    try:
        return text.readline(LONGEST_CELL)
    except UnicodeError as error:
        raise Invalid("the file is no text") from error


def _rows(text: TextIOWrapper, *, separator: str, first: int) -> Iterator[TableRow]:
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=separator)
    number, read = first - 1, 0
    try:
        for number, cells in enumerate(reader, start=first):
            if lines.is_over and reader.line_num > read + 1:  # the end of the file is inside a cell
                raise Invalid(f"row {number} cannot be read: a quote is not closed")
            read = reader.line_num
            if any(map(str.strip, cells)):
                yield TableRow(number, cells)
    except csv.Error as error:
        raise Invalid(f"row {number + 1} cannot be read: a quote is not closed, or a cell is too long") from error
    except UnicodeError as error:
        raise Invalid(f"the file is no text after row {number}") from error


class _Lines(Iterator[str]):
    """A text's lines without NUL, and whether more than all of them were asked for."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text
        self.is_over = False

    @override
    def __next__(self) -> str:
        line = self._text.readline()
        if not line:
            self.is_over = True
            raise StopIteration
        return line.replace("\0", "")


def _separator(lines: Sequence[str]) -> str:
    """Return the sign that separates most cells of the header, outside quotes; titles above it have none."""
    plain = [_QUOTED.sub("", line) for line in lines]
    header = next((line for line in plain if any(sign in line for sign in _SEPARATORS)), "")
    return max(_SEPARATORS, key=header.count)


def _encoding(file: BinaryIO) -> str:
    start = file.read(_READ)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    if utf16 := _utf16(start):
        return utf16
    return next((encoding for encoding in ("utf-8", _VIETNAMESE) if _is_in(file, encoding)), "cp1252")


def _utf16(start: bytes) -> str:
    """Return the UTF-16 of a text without a mark, seen by the zeros beside its Latin letters."""
    sample = start[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 4 < len(sample) // 2 or (even and odd):
        return ""
    return "utf-16-be" if even else "utf-16-le"


def _is_in(file: BinaryIO, encoding: str) -> bool:
    """Return whether the whole file can be read so."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while part := file.read(_READ):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(file: BinaryIO) -> int:
    """Return about how many rows there are: a cell may have several lines."""
    file.seek(0)
    lines, last = 0, b""
    while part := file.read(_READ):
        lines, last = lines + part.count(b"\n"), part
    return lines + (not last.rstrip(b"\0").endswith(b"\n"))
