"""A campaign as clients send it to change it: settings, and which copy of the campaign was changed."""

from typing import Annotated, Any

from pydantic import ConfigDict

from api.requests.campaign import CampaignBody
from api.requests.fields import Number, meaning, without_defaults
from api.requests.unused_keys import OF_CAMPAIGN_COPY
from api.timestamps import to_moment
from worker.domain.stale_copy import ReadCopy, digits_of_second


class ChangedCampaignBody(CampaignBody):
    """A campaign to be changed; it may be a whole object that was read, with one value changed."""

    model_config = ConfigDict(json_schema_extra=without_defaults)
    UNUSED = OF_CAMPAIGN_COPY

    revision: Annotated[
        Number | None, meaning("The revision that was read: the change is refused with 409 when it is another now.")
    ] = None
    updated_at: Annotated[
        Any,  # Any: what is no time says nothing
        meaning(
            "When the copy that was changed had been changed last, as the server gave it.",
            "Without a revision, `status` and `active` that were changed after this time stay as they are.",
        ),
    ] = None

    def copy_of(self, *, if_match: str, zone: str) -> ReadCopy:
        """Return what the body and the header say of the copy that was changed."""
        text = self.updated_at if isinstance(self.updated_at, str) else ""
        try:
            updated_at = to_moment(text, zone=zone)
        except ValueError:
            updated_at = None
        return ReadCopy(revision=self.revision, if_match=if_match, updated_at=updated_at, digits=digits_of_second(text))
