"""API keys and the access tokens that are issued for them: how long they live, and which ones are valid."""

from typing import Final
from uuid import UUID

from pendulum import DateTime, Duration

ACCESS_TOKEN_LIVES: Final = Duration(hours=24)
"""As clients of the reference expect: they log in once a day. The key's own end comes first if it is sooner."""
MOST_ACCESS_TOKENS: Final = 1000
"""Live access tokens of one key; the oldest are dropped. A client that logs in for each request costs no more."""
EXPIRED_KEY_SHOWN: Final = Duration(days=30)
"""An expired key stays in the list for so long, and is deleted then."""
USE_NOTED_EVERY: Final = Duration(minutes=10)
"""A key's last use is written this often, so that a request seldom costs a write."""
ACCESS_PREFIX: Final = "cba."
"""How access tokens begin; no key has a full stop."""
LONGEST_NAME: Final = 100
_ID_DIGITS: Final = 32


def key_id(hashed: str) -> UUID:
    """Return the id of a key: the first half of its hash, which tells nothing about the key.

    So a key that an earlier release added, which stores the hash only, has an id too.
    """
    return UUID(hashed[:_ID_DIGITS])


def access_token_expires(*, key_expires_at: DateTime | None, now: DateTime) -> DateTime:
    """Return when a token that is issued now ends."""
    own = now + ACCESS_TOKEN_LIVES
    return own if key_expires_at is None else min(own, key_expires_at)


def is_valid(expires_at: DateTime | None, *, now: DateTime) -> bool:
    """Return True before the end of a key or token; None means that it has no end."""
    return expires_at is None or now < expires_at


def rotated_until(expires_at: DateTime | None, *, overlap: Duration, now: DateTime) -> DateTime:
    """Return when a key that is replaced now ends: after the overlap, but never later than before."""
    end = now + overlap
    return end if expires_at is None else min(end, expires_at)


def is_use_to_note(last_used_at: DateTime | None, *, now: DateTime) -> bool:
    """Return True when the stored last use is so old that it is to be written again."""
    return last_used_at is None or last_used_at <= now - USE_NOTED_EVERY
