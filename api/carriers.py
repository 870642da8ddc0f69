"""Carriers: create, change, read, delete."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pendulum import DateTime

from api.deps import BEARER, ONCE, Part, Services, Whose, answered, listed
from api.entity_tags import IfMatch, read_copy, tag_of_change
from api.middleware import GuardedRoute
from api.requests.carrier import NO_NUMBERS, ChangedCarrierBody, NewCarrierBody
from api.responses.causes import cause_shape
from api.responses.trunk import trunk_shape
from api.timestamps import rfc3339
from worker.domain.chosen_ids import Kind
from worker.domain.errors import Invalid
from worker.domain.ids import CarrierId
from worker.domain.json_value import Json
from worker.domain.network import Network
from worker.domain.number_format import NumberFormat
from worker.domain.stale_copy import revision_of
from worker.domain.voicemail import VoicemailDetector
from worker.ports.paging import Page
from worker.ports.records.entities import CarrierRecord
from worker.usecases.records import queries
from worker.usecases.records.choose_id import create_under
from worker.usecases.records.delete_carrier import delete_carrier
from worker.usecases.records.save_carrier import create_carrier, save_carrier

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["carriers"])

NO_CHANNELS: Final = {network.value: 0 for network in Network}


@router.post("/v3/carrier", dependencies=[ONCE])
def create(body: NewCarrierBody, services: Services, tenant: Whose) -> JSONResponse:
    """Create a carrier; the client may choose its id."""
    now = services.clock.now()
    changes = body.changes()
    carrier = CarrierRecord(
        id=CarrierId(body.id() or services.new_id()),
        tenant_id=tenant.id,
        name=body.carrier_name,
        description=body.description,
        gateway=body.gateway_uuid,
        dial_type=changes["dial_type"],
        concurrent_call=body.concurrent_call,
        calls_per_second=body.calls_per_second,
        number_format=NumberFormat(body.number_format),
        longest_call_seconds=body.longest_call_seconds,
        voicemail_detector=VoicemailDetector(body.voicemail_detector),
        network={**NO_CHANNELS, **changes.get("network", {})},
        data={**NO_NUMBERS, **changes["data"]},
        causes=changes.get("causes", ()),
        created_at=now,
        updated_at=now,
    )
    known_as, _ = create_under(
        services.store,
        Kind.CARRIER,
        tenant_id=tenant.id,
        chosen=carrier.id,
        new_id=services.new_id,
        create=lambda row_id: create_carrier(services.store, replace(carrier, id=CarrierId(row_id))),
    )
    told: dict[str, Json] = {"carrier_uuid": str(known_as), "created": True}
    return answered(told, to=body, headers=tag_of_change(now))


@router.put("/v3/carrier/{carrier_uuid}")
def change(
    carrier_uuid: UUID, body: ChangedCarrierBody, services: Services, tenant: Whose, if_match: IfMatch = ""
) -> JSONResponse:
    """Change a carrier; its limits hold for the very next dial."""
    if body.id() not in {None, carrier_uuid}:
        raise Invalid("carrier_uuid is invalid")
    saved = save_carrier(
        services.store,
        queue=services.queue,
        tenant=tenant,
        carrier_id=CarrierId(carrier_uuid),
        changes=body.changes(),
        now=services.clock.now(),
        copy=read_copy(if_match, revision=body.revision),
    )
    return answered({"carrier_uuid": str(carrier_uuid)}, to=body, headers=tag_of_change(saved.updated_at))


@router.get("/v3/carrier")
def list_all(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Return carriers, newest first."""
    page = queries.list_carriers(services.store, tenant=tenant, part=part)
    now = services.clock.now()
    return listed(Page([_shape(row, zone=tenant.timezone, now=now) for row in page.rows], page.total), part)


@router.get("/v3/carrier/{carrier_uuid}")
def read(carrier_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Return one carrier, with the channels that are free now and the state of its trunk."""
    found = queries.get_carrier(services.store, tenant=tenant, carrier_id=CarrierId(carrier_uuid))
    shown = _shape(found, zone=tenant.timezone, now=services.clock.now())
    return JSONResponse(shown, headers=tag_of_change(found.updated_at))


@router.delete("/v3/carrier/{carrier_uuid}")
def delete(carrier_uuid: UUID, services: Services, tenant: Whose, if_match: IfMatch = "") -> JSONResponse:
    """Delete a carrier that no campaign uses and that has no live call; its CDRs stay."""
    delete_carrier(
        services.store,
        tenant=tenant,
        carrier_id=CarrierId(carrier_uuid),
        now=services.clock.now(),
        copy=read_copy(if_match),
    )
    return JSONResponse({"carrier_uuid": str(carrier_uuid), "deleted": True})


def _shape(carrier: CarrierRecord, *, zone: str, now: DateTime) -> dict[str, Json]:
    network = {name.value: carrier.network.get(name.value, 0) for name in Network}
    return {
        "domain_uuid": str(carrier.tenant_id),
        "carrier_uuid": str(carrier.id),
        "carrier_name": carrier.name,
        "description": carrier.description,
        "gateway_uuid": carrier.gateway,
        "caller_id": carrier.data.get("caller_id", ""),
        "dial_type": carrier.dial_type.value,
        "concurrent_call": carrier.concurrent_call,
        "calls_per_second": carrier.calls_per_second,
        "number_format": carrier.number_format.value,
        "longest_call_seconds": carrier.longest_call_seconds,
        "voicemail_detector": carrier.voicemail_detector.value,
        "network": network,
        "data": {**carrier.data, "causes": [cause_shape(rule) for rule in carrier.causes]},
        "status": True,
        "carrier_remaining_ccu": {name: max(0, n - carrier.live.get(Network(name), 0)) for name, n in network.items()},
        "remaining_concurrent_call": max(0, carrier.concurrent_call - sum(carrier.live.values())),
        "trunk": trunk_shape(carrier.trunk, now=now, zone=zone),
        "groups": None,
        "revision": revision_of(carrier.updated_at),
        "created_at": rfc3339(carrier.created_at, zone=zone),
        "updated_at": rfc3339(carrier.updated_at, zone=zone),
    }
