"""One type per kind of id, so that mypy refuses a lead's id where a call's is needed."""

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
AudioId = NewType("AudioId", UUID)
ImportId = NewType("ImportId", UUID)
AgentId = NewType("AgentId", UUID)
UserId = NewType("UserId", UUID)
GroupId = NewType("GroupId", UUID)
ExtensionId = NewType("ExtensionId", UUID)
