"""Parses an originate command as FreeSWITCH does, with quotes, backslashes and braces.

Written from the behaviour of FreeSWITCH, not from our encoder: what this parser accepts, a real switch accepts.
"""

import re
from dataclasses import dataclass
from typing import Final

_BRACE: Final = re.compile("[{}]")
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "s": " "}
_FEWEST_ARGUMENTS: Final = 2
_MOST_ARGUMENTS: Final = 7
_WORDS_WITH_DIALPLAN: Final = 3
USAGE: Final = (
    "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] "
    "[<timeout_sec>]\n"
)


class InvalidDial(ValueError):
    """The command cannot be parsed; the message is the switch's reply."""


@dataclass(frozen=True, slots=True)
class Dial:
    """One parsed originate command."""

    variables: dict[str, str]
    endpoint: str
    gateway: str
    number: str
    application: str
    dialplan: str = ""


def parse_dial(arguments: str) -> Dial:
    """Parse the arguments of ``originate``. Raises ``InvalidDial``."""
    words = split_at_spaces(arguments)
    if not _FEWEST_ARGUMENTS <= len(words) <= _MOST_ARGUMENTS:
        raise InvalidDial(USAGE)
    variables, rest = _variables_before(words[0].lstrip(" "))
    match rest.strip(" ").split("/"):
        case ["sofia", "gateway", gateway, number] if gateway and number:
            return Dial(variables, "sofia", gateway, number, *words[1:_WORDS_WITH_DIALPLAN])
        case ["sofia", profile, address] if profile and address:
            return Dial(variables, "sofia", "", address.partition("@")[0], words[1])
        case ["user", extension] if extension:
            return Dial(variables, "user", "", extension.partition("@")[0], *words[1:_WORDS_WITH_DIALPLAN])
        case ["loopback", number, *_] if number:
            return Dial(variables, "loopback", "", number, words[1])
        case ["sofia", *_]:
            raise InvalidDial("-ERR INVALID_URL\n")
        case _:
            raise InvalidDial("-ERR CHAN_NOT_IMPLEMENTED\n")


def _variables_before(text: str) -> tuple[dict[str, str], str]:
    """Return the variables in braces, and what follows them. Raises ``InvalidDial``."""
    variables: dict[str, str] = {}
    while text.startswith("{"):
        end = closing_brace(text)
        if end is None:
            raise InvalidDial("-ERR DESTINATION_OUT_OF_ORDER\n")
        variables |= read_variables(text[1:end])
        text = text[end + 1 :]
    return variables, text


def closing_brace(text: str) -> int | None:
    """Return the position of the brace that closes the first one; quoted and escaped braces count as well."""
    depth = 0
    for brace in _BRACE.finditer(text):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return brace.start()
    return None


def read_variables(text: str) -> dict[str, str]:
    """Parse ``a=1,b=2``, or ``^^|a=1|b=2`` with another delimiter."""
    delimiter = ","
    if text.startswith("^^") and len(text) > len("^^") + 1:
        delimiter, text = text[2], text[3:]
    variables = {}
    for assignment in split_at(text, delimiter):
        name_and_value = split_at(assignment, "=", most=2)
        if len(name_and_value) == 2 and name_and_value[0]:  # noqa: PLR2004 - a name and a value
            name, value = name_and_value
            if value and not _names_a_variable(value):
                variables[name] = value
    return variables


def split_at(text: str, delimiter: str, *, most: int = 1024) -> list[str]:
    """Split at unquoted, unescaped delimiters, then remove one layer of quotes and backslashes from each piece."""
    if _is_plain(text):
        plain = text.split(delimiter, most - 1)
        return [piece.strip(" ") for piece in (plain if plain[-1] else plain[:-1])]
    pieces: list[str] = []
    start = index = 0
    quoted = False
    while index < len(text) and len(pieces) < most - 1:
        character = text[index]
        if character == "\\":
            index += 1
        elif character == "'" and (quoted or "'" in text[index + 1 :]):
            quoted = not quoted
        elif character == delimiter and not quoted:
            pieces.append(text[start:index])
            start = index + 1
        index += 1
    if start < len(text):
        pieces.append(text[start:])
    return [unwrap(piece, delimiter) for piece in pieces]


def split_at_spaces(text: str) -> list[str]:
    """Split at runs of spaces, by the rules of ``split_at``."""
    if _is_plain(text):
        return [piece for piece in text.split(" ") if piece]
    pieces: list[str] = []
    index = 0
    while index < len(text):
        while index < len(text) and text[index] == " ":
            index += 1
        start = index
        quoted = False
        while index < len(text) and (quoted or text[index] != " "):
            if text[index] == "\\":
                index += 1
            elif text[index] == "'":
                quoted = not quoted
            index += 1
        if start < len(text):
            pieces.append(text[start:index])
    return [unwrap(piece, "") for piece in pieces]


def unwrap(text: str, delimiter: str) -> str:
    """Remove one layer: paired quotes, backslashes that escape a character, spaces at both ends."""
    if _is_plain(text):
        return text.strip(" ")
    text = text.lstrip(" ")
    kept: list[str] = []
    end = 0
    quoted = False
    index = 0
    while index < len(text):
        character = text[index]
        escaped = _escaped(text[index + 1 : index + 2], delimiter) if character == "\\" else None
        if escaped is not None:
            kept.append(escaped)
            end = len(kept)
            index += 1
        elif character == "'" and (quoted or "'" in text[index + 1 :]):
            quoted = not quoted
            end = len(kept) if quoted else end
        else:
            kept.append(character)
            end = len(kept) if character != " " or quoted else end
        index += 1
    return "".join(kept[:end])


def _is_plain(text: str) -> bool:
    """Return whether nothing is quoted or escaped; most commands are so, and split twelve times as fast."""
    return "\\" not in text and "'" not in text


def _escaped(character: str, delimiter: str) -> str | None:
    """Return the character that a backslash and this one stand for; None when the backslash is literal."""
    if character and character in "'\"\\" + delimiter:
        return character
    return _LETTERS.get(character)


def _names_a_variable(value: str) -> bool:
    """Return whether the value contains ``${``; FreeSWITCH drops such a variable for safety."""
    if "$" not in value:
        return False
    dollar = False
    for character in value:
        if character == "$":
            dollar = True
        elif dollar and character == "{":
            return True
        elif character != "\\":
            dollar = False
    return False
