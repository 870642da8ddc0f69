"""Which numbers a tenant may call: prefixes and networks that an operator allows or forbids."""

import re
from collections.abc import Sequence
from typing import Final

from worker.domain.network import Network

FORBIDS: Final = "!"
RULE_PATTERN: Final = rf"^!?(?:0[0-9]{{0,14}}|{'|'.join(Network)})$"
MOST_RULES: Final = 1_000
FORBIDDEN: Final = "destination is forbidden"
"""What clients read of a number that their tenant may not call."""


def is_allowed(phone: str, *, network: Network, rules: Sequence[str]) -> bool:
    """Return whether a number in its national form may be called; the longest prefix that fits decides.

    Without such a prefix the rule of its network decides; without that, it may be called unless a rule allows others.
    """
    fitting = [rule for rule in rules if phone.startswith(_subject(rule)) or _subject(rule) == network.value]
    if not fitting:
        return all(rule.startswith(FORBIDS) for rule in rules)
    return not max(fitting, key=_weight).startswith(FORBIDS)


def read_rules(text: str) -> tuple[str, ...]:
    """Parse rules separated by commas; ``any`` is no rule. Raises ``ValueError``."""
    if text == "any":
        return ()
    rules = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    if len(rules) > MOST_RULES or not all(re.fullmatch(RULE_PATTERN, rule) for rule in rules):
        raise ValueError(f"not rules: {text}")
    return rules


def _subject(rule: str) -> str:
    return rule.removeprefix(FORBIDS)


def _weight(rule: str) -> tuple[int, bool]:
    """Return the length of the rule's prefix, 0 for a network; of two rules of one subject the stricter counts."""
    subject = _subject(rule)
    return len(subject) if subject.isdecimal() else 0, rule.startswith(FORBIDS)
