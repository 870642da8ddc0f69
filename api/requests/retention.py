"""How long a tenant's records are kept, as clients send it."""

from typing import Annotated, TypeAlias

from pydantic import Field

from api.requests.body import Body
from worker.domain.retention import LEAST_DAYS, MOST_DAYS, Kept

Days: TypeAlias = Annotated[int, Field(ge=LEAST_DAYS, le=MOST_DAYS)] | None


class RetentionBody(Body):
    """Days that records are kept; null for no end. What is not sent stays as it is."""

    leads: Days = Field(default=None, description="Leads that are done, from their last change on.", examples=[90])
    cdrs: Days = Field(default=None, description="Calls from their end on, with their callbacks.", examples=[365])
    callbacks: Days = Field(default=None, description="Callbacks from the end of their delivery on.", examples=[14])
    audit: Days = Field(default=None, description="Entries of the audit trail; a year at most.", examples=[180])

    def changes(self) -> dict[Kept, int | None]:
        """Return what was sent."""
        return {kind: getattr(self, kind.value) for kind in Kept if kind.value in self.model_fields_set}
