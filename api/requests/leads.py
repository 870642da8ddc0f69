"""Lists and leads as clients send them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import BeforeValidator, ConfigDict, Field

from api.requests.fields import Body, Line, Name, Text, to_uuid, uuid_of
from api.requests.json_limits import holds_too_large_a_number, why_not_kept
from worker.domain.errors import Invalid
from worker.domain.ids import CampaignId, ListId
from worker.domain.json_value import Json
from worker.usecases.records.import_leads import Draft

MOST_ROWS: Final = 2000
LARGEST_ADDITIONAL: Final = 8192
LONGEST_WAIT: Final = 3650
"""Days until a lead's first call: ten years."""


def _parsed(value: Any) -> Any:  # Any: checked as an object after this
    """Return the object that is given as text, as the API itself returns it."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value) if value else {}
    except orjson.JSONDecodeError as error:
        raise ValueError("must be an object or the text of one") from error


ListId36 = Annotated[str, Field(min_length=36, max_length=36)]
Additional = Annotated[dict[str, Any], BeforeValidator(_parsed)]  # Any: stored as it was sent


class ListBody(Body):
    """A list to be created."""

    list_uuid: Line = ""
    campaign_uuid: Annotated[str, Field(min_length=1, max_length=255)]
    list_name: Name
    description: Text = ""

    def id(self) -> ListId | None:
        """Return the id that the client names; raises ``Invalid`` when it is not an id."""
        found = to_uuid(self.list_uuid, otherwise="list_uuid is invalid")
        return None if found is None else ListId(found)

    def campaign(self) -> CampaignId:
        """Return the campaign's id; raises ``Invalid``."""
        found = uuid_of(self.campaign_uuid)
        if found is None:
            raise Invalid("campaign_uuid is invalid")
        return CampaignId(found)


class LeadBody(Body):
    """One lead; unknown keys are stored and come back in its CDRs."""

    model_config = ConfigDict(extra="allow")

    phone_number: Annotated[str, Field(max_length=64)]
    lead_name: Line = ""
    lead_code: Line = ""
    contract_number: Line = ""
    identity_number: Line = ""
    identity_issued_at: Line = ""
    identity_issued_on: Line = ""
    address: Text = ""
    province: Line = ""
    district: Line = ""
    ward: Line = ""
    date_of_birth: Line = ""
    gender: Line = ""
    comment: Text = ""
    ref_id: Line = ""
    ref_code: Line = ""
    other_identity_number: Line = ""
    other_identity_issued_at: Line = ""
    other_identity_issued_on: Line = ""
    after_day: Annotated[int, Field(ge=0, le=LONGEST_WAIT)] = 0
    additional: Additional = {}  # noqa: RUF012 - Pydantic copies defaults

    def draft(self, row: int) -> Draft:
        """Return the lead for the import; raises ``ValueError`` when the additional data is too large."""
        additional = {**self._not_ours(), **self.additional}
        if problem := why_not_kept(additional):  # an object that was sent as text has not been checked as JSON yet
            raise ValueError(problem)
        if holds_too_large_a_number(additional):
            raise ValueError("additional holds a number beyond 64 bits")
        if len(orjson.dumps(additional)) > LARGEST_ADDITIONAL:
            raise ValueError("additional is too large")
        profile = self.model_dump(include=set(PROFILE), exclude_defaults=True)
        return Draft(
            row=row,
            phone_number=self.phone_number,
            after_day=self.after_day,
            profile=profile,
            additional=additional,
        )

    def _not_ours(self) -> Mapping[str, Json]:
        return self.model_extra or {}


PROFILE: Final = frozenset(LeadBody.model_fields) - {"phone_number", "after_day", "additional"}


Scope = Literal["list", "campaign", "tenant"]
"""Where a number may stand only once."""


class NewLeadBody(LeadBody):
    """One lead with its list."""

    list_uuid: ListId36
    duplicate_scope: Scope = "campaign"


class ManyLeadsBody(Body):
    """Leads for one list; each row is checked on its own."""

    list_uuid: Line = ""
    duplicate_scope: Scope = "campaign"
    data: Annotated[list[Any], Field(max_length=MOST_ROWS)]  # Any: see ``LeadBody``
