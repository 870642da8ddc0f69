"""One type per identifier, so that a lead's id is never taken for a call's."""

from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", UUID)
CarrierId = NewType("CarrierId", UUID)
TemplateId = NewType("TemplateId", UUID)
CampaignId = NewType("CampaignId", UUID)
RunId = NewType("RunId", UUID)
ListId = NewType("ListId", UUID)
LeadId = NewType("LeadId", UUID)
CallId = NewType("CallId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
SubscriptionId = NewType("SubscriptionId", UUID)
