"""What clients of the older paths send."""

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from api.requests.body import Body
from api.requests.fields import Channels, Line, Name, Text, meaning, to_uuid, uuid_of
from api.requests.leads import LONGEST_WAIT, Words, as_text
from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId
from worker.usecases.records.import_leads import Draft

MOST_AT_ONCE: Final = 100
"""Numbers that one request may call at once; lists take more."""
DAYS_OF_V2: Final = 7
"""The published default: a customer is called a week after the push."""


class LegacyCampaignBody(Body):
    """A campaign as the older path creates it; `/v3/campaign` has all settings."""

    campaign_name: Name
    concurrent_call: Channels = 1
    description: Text = ""


class CustomerToCallBody(Body):
    """One number to call."""

    phone_number: Annotated[Words, Field(max_length=64)]


class AutodialBody(Body):
    """Numbers that are called with the campaign's template, ahead of its lists."""

    UNUSED = frozenset({"carrier", "ratio"})

    campaign_uuid: Name
    customers: Annotated[
        list[Any],  # Any: rows as they were sent, checked one by one
        Field(max_length=MOST_AT_ONCE),
        meaning("Objects with a `phone_number`, each of which is taken or refused by itself."),
    ]


class CustomerBody(Body):
    """A customer whom a campaign calls some days later."""

    campaign_id: Name
    phone_number: Annotated[str, Field(max_length=64), BeforeValidator(as_text)]
    customer_name: Words = ""
    customer_code: Words = ""
    contract_number: Words = ""
    after_day: Annotated[int, Field(ge=0, le=LONGEST_WAIT), meaning("Days until the call.", unit="days")] = DAYS_OF_V2

    def draft(self) -> Draft:
        """Return the lead that the customer becomes."""
        profile = {
            "lead_name": self.customer_name,
            "lead_code": self.customer_code,
            "contract_number": self.contract_number,
        }
        return Draft(
            row=0,
            phone_number=self.phone_number,
            after_day=self.after_day,
            profile={name: text for name, text in profile.items() if text},
        )


class CustomerQuery(Body):
    """Filters of customers; an empty text matches all."""

    FOREIGN = "unchecked"

    campaign_id: Line = ""

    def campaign(self) -> CampaignId | None:
        """Return the campaign's id, None when it is empty; raises ``Invalid``."""
        found = to_uuid(self.campaign_id, otherwise="campaign_id is invalid")
        return None if found is None else CampaignId(found)


def campaign_of(text: str) -> CampaignId:
    """Return the id; raises ``NotFound`` with the published words."""
    found = uuid_of(text)
    if found is None:
        raise NotFound("campaign is not found")
    return CampaignId(found)
