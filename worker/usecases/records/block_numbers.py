"""Edit the do-not-call list: numbers are normalised, and one bad number never fails the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from pendulum import DateTime

from worker.domain.network import NotDialable, national_form
from worker.ports.records.entities import BlockedNumber, Tenant
from worker.ports.records.store import RecordStore


@dataclass(frozen=True, slots=True)
class Handled:
    """The numbers that were accepted, as they were sent, and why the others were not."""

    taken: Sequence[str]
    problems: Sequence[tuple[str, str]]


def block_numbers(store: RecordStore, *, tenant: Tenant, numbers: Sequence[BlockedNumber], now: DateTime) -> Handled:
    """Add numbers; they hold for the very next dial."""
    readable, problems = readable_numbers([number.phone for number in numbers])
    descriptions: dict[str, str] = {}
    for number in numbers:  # a row that is refused as a duplicate changes nothing
        descriptions.setdefault(number.phone, number.description)
    new = [BlockedNumber(national, descriptions[sent]) for national, sent in readable.items()]
    with store.transaction() as tx:
        added = tx.do_not_call.add(tenant.id, new, now=now)
    return handled(readable, problems, done=added, otherwise="phone_number is duplicate")


def allow_numbers(store: RecordStore, *, tenant: Tenant, phones: Sequence[str]) -> Handled:
    """Remove numbers."""
    readable, problems = readable_numbers(phones)
    with store.transaction() as tx:
        removed = tx.do_not_call.remove(tenant.id, list(readable))
    return handled(readable, problems, done=removed, otherwise="phone_number is not found")


def readable_numbers(phones: Sequence[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return what was sent by national form, and the problem of each other number."""
    readable: dict[str, str] = {}
    problems = []
    for sent in phones:
        try:
            national = national_form(sent)
        except NotDialable as error:
            problems.append((sent, str(error)))
            continue
        if national in readable:
            problems.append((sent, "phone_number is duplicate"))
        else:
            readable[national] = sent
    return readable, problems


def handled(readable: dict[str, str], problems: list[tuple[str, str]], *, done: set[str], otherwise: str) -> Handled:
    left = [(sent, otherwise) for national, sent in readable.items() if national not in done]
    return Handled([sent for national, sent in readable.items() if national in done], problems + left)
