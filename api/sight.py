"""What the caller of a request may see of phone numbers."""

from typing import Annotated

from fastapi import Depends

from api.deps import Services, Who
from worker.usecases.records.hide_numbers import Sight, sight_of


def _sight(services: Services, who: Who) -> Sight:
    return sight_of(services.store, tenant=who.tenant, role=who.role)


Seen = Annotated[Sight, Depends(_sight)]
"""Records pass it before they are shown: numbers of campaigns with ``enable_encrypt`` are masked below admin."""
