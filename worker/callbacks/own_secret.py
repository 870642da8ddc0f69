"""The signing secret that the operator chose by ``CALLBEAT_CALLBACK_SECRET``, for the tenant ``default``."""

from collections.abc import Callable, Sequence
from functools import cached_property

from pendulum import DateTime
from typing_extensions import override

from worker.domain.ids import TenantId
from worker.domain.retry import Answer
from worker.ports.callbacks.deliveries import CallbackSender
from worker.ports.dispatch.outbox import Delivery


class OwnSecretSender(CallbackSender):
    """Signs for the tenant ``default`` with the operator's secrets, and for other tenants with their own."""

    def __init__(
        self, sender: CallbackSender, *, secrets: Sequence[str], find_default_tenant: Callable[[], TenantId | None]
    ) -> None:
        """The default tenant is looked up at the first callback."""
        self._sender = sender
        self._secrets = secrets
        self._find_default_tenant = find_default_tenant

    @override
    def send(self, delivery: Delivery, *, secrets: Sequence[str], apikey: str, now: DateTime) -> Answer:
        is_default = delivery.tenant_id == self._default_tenant
        chosen = self._secrets if is_default else secrets
        return self._sender.send(delivery, secrets=chosen, apikey=apikey, now=now)

    @cached_property
    def _default_tenant(self) -> TenantId | None:
        return self._find_default_tenant()
