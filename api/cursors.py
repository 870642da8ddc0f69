"""The cursor of a list of CDRs: an opaque text for a place and the filters that it belongs to."""

import base64
import binascii
import hashlib
import struct
from dataclasses import fields
from typing import Final
from uuid import UUID

import pendulum
from pendulum import DateTime, Duration

from worker.domain.errors import Invalid
from worker.domain.ids import CallId, TenantId
from worker.ports.records.cdrs import CdrPlace
from worker.ports.records.entities import CdrFilter

INVALID: Final = "cursor is invalid: take it from the answer before, with the same filters"
_FORM: Final = struct.Struct(">q16s6s")
"""Microseconds of the start, the call's id, and the first bytes of a hash over both and the filters."""
_EPOCH: Final = pendulum.datetime(1970, 1, 1)
_MICROSECOND: Final = Duration(microseconds=1)


def cursor_of(place: CdrPlace | None, *, tenant_id: TenantId, wanted: CdrFilter) -> str:
    """Return the cursor of a place; empty for none."""
    if place is None:
        return ""
    microseconds = (place.started_at - _EPOCH) // _MICROSECOND
    return base64.urlsafe_b64encode(_signed(microseconds, place.call_id.bytes, tenant_id, wanted)).decode()


def read_cursor(text: str, *, tenant_id: TenantId, wanted: CdrFilter) -> CdrPlace:
    """Return the place of a cursor; raises ``Invalid`` for any other text, and for a cursor of other filters."""
    try:
        given = base64.b64decode(text, altchars=b"-_", validate=True)
        microseconds, call, _ = _FORM.unpack(given)
        started_at: DateTime = _EPOCH.add(microseconds=microseconds)
    except (ValueError, OverflowError, binascii.Error, struct.error) as error:
        raise Invalid(INVALID) from error
    if given != _signed(microseconds, call, tenant_id, wanted):
        raise Invalid(INVALID)
    return CdrPlace(started_at, CallId(UUID(bytes=call)))


def _signed(microseconds: int, call: bytes, tenant_id: TenantId, wanted: CdrFilter) -> bytes:
    """Return the cursor's bytes. The hash notices mistakes; it need not be secret, since each read is the tenant's."""
    chosen = {field.name: str(getattr(wanted, field.name)) for field in fields(wanted)}
    asked = sorted((name, value) for name, value in chosen.items() if value != "None")
    about = f"{tenant_id} {microseconds} {call.hex()} {asked}"
    return _FORM.pack(microseconds, call, hashlib.sha256(about.encode()).digest()[:6])
