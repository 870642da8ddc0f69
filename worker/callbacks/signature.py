"""The Standard Webhooks headers, by which a receiver checks the sender, the integrity and the age of a body."""

from collections.abc import Sequence

from pendulum import DateTime
from standardwebhooks import Webhook

from worker.domain.ids import DeliveryId


def signed_headers(body: str, *, delivery_id: DeliveryId, secrets: Sequence[str], now: DateTime) -> dict[str, str]:
    """Return the signed headers. The id is the same in all retries, so that a receiver can discard duplicates.

    There is one signature for each secret: while secrets are rotated, a receiver may know only one of them.
    """
    message_id = str(delivery_id)
    moment = now.in_timezone("UTC")  # the package ignores the zone and treats the wall-clock time as UTC
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(moment.int_timestamp),
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, moment, body) for secret in secrets),
    }
