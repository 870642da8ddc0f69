"""Call several numbers of one campaign at once, each of which is taken or refused by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pendulum import DateTime

from worker.domain.errors import InvalidFields, Unavailable
from worker.domain.ids import CallId
from worker.domain.network import NotDialable, national_form
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.store import RecordStore
from worker.usecases.records.call_now import CallRequest, call_now
from worker.usecases.records.import_leads import DUPLICATE


@dataclass(frozen=True, slots=True)
class Called:
    """The call of each number that was taken, as it was sent, and the problem of each other one."""

    calls: Mapping[str, CallId]
    problems: Sequence[tuple[str, str]]


def call_many(
    store: RecordStore,
    *,
    queue: JobQueue,
    phones: Sequence[str],
    request: CallRequest,
    now: DateTime,
    new_id: Callable[[], UUID],
) -> Called:
    """Ask for a call to each number, as ``request`` says otherwise.

    Raises what is wrong with the campaign. When the store is away in the midst, the numbers that are left fail.
    """
    calls: dict[str, CallId] = {}
    problems: list[tuple[str, str]] = []
    seen: set[str] = set()
    for phone in phones:
        try:
            form = national_form(phone)
            if form in seen:
                problems.append((phone, DUPLICATE))
                continue
            one = replace(request, phone_number=phone)
            calls[phone] = call_now(store, queue=queue, request=one, now=now, new_id=new_id).call_id
            seen.add(form)
        except (NotDialable, InvalidFields) as error:
            problems.append((phone, str(error)))
        except Unavailable as error:
            if not calls:
                raise
            problems.append((phone, str(error)))
    return Called(calls, problems)
