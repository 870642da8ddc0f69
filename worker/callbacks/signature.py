"""The Standard Webhooks headers that let a receiver check who sent a body, that it is whole, and how old it is."""

from collections.abc import Sequence

from pendulum import DateTime
from standardwebhooks import Webhook

from worker.domain.ids import DeliveryId


def signed_headers(body: str, *, delivery_id: DeliveryId, secrets: Sequence[str], now: DateTime) -> dict[str, str]:
    """Sign the body; the id stays the same over retries, so that a receiver can drop what it has already had.

    There is a signature for each secret: while secrets are rotated, a receiver may know either.
    """
    message_id = str(delivery_id)
    moment = now.in_timezone("UTC")  # the package reads the wall clock as UTC whatever the zone
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(moment.int_timestamp),
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, moment, body) for secret in secrets),
    }
