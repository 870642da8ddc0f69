"""Single calls as clients ask for them."""

from typing import Annotated, Final

from pydantic import AliasChoices, Field

from api.requests.body import Body
from api.requests.fields import Line, Name, uuid_of
from api.requests.values import Values
from worker.domain.errors import Invalid
from worker.domain.ids import CampaignId
from worker.domain.json_value import Json
from worker.ports.records.entities import Tenant
from worker.usecases.records.call_now import CallRequest

LONGEST_CODE: Final = 64


class SingleCallBody(Body):
    """The number and the campaign of a single call; ``ref_id`` is the client's own name for it."""

    campaign_uuid: Name
    phone_number: Annotated[str, Field(max_length=64)]
    ref_id: Line = ""

    def campaign(self) -> CampaignId:
        """Return the campaign's id; raises ``Invalid``."""
        found = uuid_of(self.campaign_uuid)
        if found is None:
            raise Invalid("campaign_uuid is invalid")
        return CampaignId(found)


class ImportBody(SingleCallBody):
    """A call that plays the campaign's template, whose key fields get these values."""

    param: Annotated[Values, Field(validation_alias=AliasChoices("param", "params"))]

    def request(self, tenant: Tenant) -> CallRequest:
        """Return the request in stored form."""
        return CallRequest(
            tenant=tenant,
            campaign_id=self.campaign(),
            phone_number=self.phone_number,
            ref_id=self.ref_id,
            additional=self.param,
        )


class OtpBody(SingleCallBody):
    """A call that reads out a code; the template is given by name or by id."""

    template: Annotated[Name, Field(validation_alias=AliasChoices("template", "template_name"))]
    code_otp: Annotated[str, Field(min_length=1, max_length=LONGEST_CODE)]

    def request(self, tenant: Tenant) -> CallRequest:
        """Return the request in stored form; the CDR returns what was sent, but for the code."""
        return CallRequest(
            tenant=tenant,
            campaign_id=self.campaign(),
            phone_number=self.phone_number,
            template=self.template,
            ref_id=self.ref_id,
            additional=self._sent(),
        )

    def _sent(self) -> dict[str, Json]:
        return self.model_dump(include={"campaign_uuid", "code_otp", "phone_number", "ref_id", "template"})
