"""Where secrets are stored."""

from enum import StrEnum


class SecretPlace(StrEnum):
    """A column with secrets; an encrypted value can be read only in its place."""

    SIGNING = "tenants.callback_secret"
    RETIRED = "retired_secrets.secret"
    SUBSCRIPTION_KEY = "event_subscriptions.apikey"
    SWITCH_URL = "switches.url"
    ERASURE_KEY = "erasure_keys.key"
    LEAD_NUMBER = "leads.phone"
    CALL_NUMBER = "calls.phone"
    EVENT_BODY = "fan_outs.body"
    CALLBACK_BODY = "deliveries.body"
    ONE_TIME_CODE = "leads.additional"
    KEPT_ANSWER = "request_answers.body"
    """Of requests with an ``Idempotency-Key``: it may have a new key of the API, or a lead's number."""
