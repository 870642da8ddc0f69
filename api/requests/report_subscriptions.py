"""Subscriptions to a campaign's daily report, as clients send them."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from api.requests.body import Body
from api.requests.fields import Line, check_url
from worker.domain.language import Language
from worker.domain.report_subscription import Channel, is_mail_address
from worker.ports.records.report_files import ReportForm

LONGEST_ADDRESS: Final = 2000


class ReportSubscriptionBody(Body):
    """Who gets which report, and when."""

    campaign_uuid: Line
    channel: Annotated[Channel, Field(strict=False)] = Channel.MAIL
    address: Annotated[str, Field(min_length=1, max_length=LONGEST_ADDRESS)]
    format: Annotated[ReportForm, Field(strict=False)] = ReportForm.PDF
    language: Annotated[Language, Field(strict=False)] = Language.ENGLISH
    time: Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "07:00"

    @model_validator(mode="after")
    def _has_an_address_of_its_channel(self) -> Self:
        if self.channel is Channel.MAIL and not is_mail_address(self.address):
            raise ValueError("address must be one mail address, such as an@example.com")
        if self.channel is Channel.WEBHOOK:
            check_url(self.address)
        return self

    @property
    def minute(self) -> int:
        """Return the time in minutes of the day."""
        return int(self.time[:2]) * 60 + int(self.time[3:])
