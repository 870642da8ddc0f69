"""The number plan: prefixes, ported numbers, and which network a number belongs to."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, ONCE, Part, Services, Whose, answered, listed
from api.middleware import GuardedRoute
from api.requests.network import PortBody, PortedBody, PrefixesBody, PrefixKeysBody, UnportBody
from api.requests.numbers import checked_phones, checked_rows, ignored_keys
from api.responses.numbers import handled_numbers
from worker.domain.errors import InvalidFields, Problem
from worker.domain.json_value import Json
from worker.domain.network import Network, NotDialable, national_form
from worker.domain.number_plan import NumberPlan, PrefixRule, calendar_day
from worker.ports.paging import Page
from worker.ports.records.entities import PortedNumber
from worker.usecases.records import queries
from worker.usecases.records.save_number_plan import port_numbers, remove_prefixes, save_prefixes, unport_numbers

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["number plan"])


@router.get("/v3/network/prefix")
def list_prefixes(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Return the shipped rules and your own, by prefix; ``state`` says which holds today and which only later."""
    plan = queries.number_plan(services.store, tenant=tenant)
    today = calendar_day(services.clock.now(), zone=tenant.timezone)
    rows = [_rule_shape(rule, plan=plan, today=today) for rule in plan.rules]
    return listed(Page(rows[part.offset : part.offset + part.limit], len(rows)), part)


@router.put("/v3/network/prefix")
def put_prefixes(body: PrefixesBody, services: Services, tenant: Whose) -> JSONResponse:
    """Add rules of your own over the shipped ones, from a day in your zone on; waiting leads follow them."""
    now = services.clock.now()
    rules = body.rules(today=calendar_day(now, zone=tenant.timezone))
    save_prefixes(services.store, tenant=tenant, rules=rules, now=now)
    saved: list[Json] = [
        {"prefix": rule.prefix, "network": rule.network, "effective_from": _written(rule.effective_from)}
        for rule in rules
    ]
    return answered({"prefixes": saved}, to=body)


@router.delete("/v3/network/prefix")
def delete_prefixes(body: PrefixKeysBody, services: Services, tenant: Whose) -> JSONResponse:
    """Remove rules of your own: those of one day, or all of a prefix; shipped rules stay."""
    removed = remove_prefixes(services.store, tenant=tenant, rules=body.keys(), now=services.clock.now())
    rows: list[Json] = [{"prefix": prefix, "effective_from": _written(day)} for prefix, day in removed]
    return answered({"prefixes": rows}, to=body)


@router.get("/v3/network/ported")
def list_ported(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Return the ported numbers in order."""
    page = queries.list_ported_numbers(services.store, tenant=tenant, part=part)
    rows = [{"phone_number": row.phone, "network": row.network} for row in page.rows]
    return listed(Page(rows, page.total), part)


@router.post("/v3/network/ported", dependencies=[ONCE])
def port(body: PortBody, services: Services, tenant: Whose) -> JSONResponse:
    """Set the network of single numbers, whatever their prefix; waiting leads follow at once."""
    rows, problems = checked_rows(body.ported, PortedBody)
    numbers = [PortedNumber(one.phone_number, Network(one.network)) for one in rows]
    now = services.clock.now()
    handled = port_numbers(services.store, queue=services.queue, tenant=tenant, numbers=numbers, now=now)
    unread = ignored_keys(rows, path="ported")
    return answered(handled_numbers(handled, malformed=problems), to=body, ignored_below=unread)


@router.delete("/v3/network/ported")
def unport(body: UnportBody, services: Services, tenant: Whose) -> JSONResponse:
    """Remove ported numbers: they belong to the network of their prefix again."""
    now = services.clock.now()
    phones, problems = checked_phones(body.ported)
    handled = unport_numbers(services.store, queue=services.queue, tenant=tenant, phones=phones, now=now)
    return answered(handled_numbers(handled, malformed=problems), to=body)


@router.get("/v3/network/{phone_number}")
def look_up(phone_number: str, services: Services, tenant: Whose) -> JSONResponse:
    """Return the network of a number today and the rule that says so; null means that it is not dialled."""
    try:
        phone = national_form(phone_number)
    except NotDialable as error:
        raise InvalidFields((Problem("phone_number", str(error)),)) from error
    found = queries.classify_number(services.store, tenant=tenant, phone=phone, now=services.clock.now())
    rule = found.rule
    return JSONResponse(
        {
            "phone_number": phone,
            "network": found.network,
            "why": "ported" if rule is None else "prefix",
            "prefix": None if rule is None else rule.prefix,
            "effective_from": None if rule is None else _written(rule.effective_from),
        }
    )


def _rule_shape(rule: PrefixRule, *, plan: NumberPlan, today: date) -> dict[str, Json]:
    return {
        "prefix": rule.prefix,
        "network": rule.network,
        "effective_from": _written(rule.effective_from),
        "source": rule.source,
        "state": _state(rule, plan=plan, today=today),
    }


def _state(rule: PrefixRule, *, plan: NumberPlan, today: date) -> str:
    if rule is plan.rule_of(rule.prefix, on=today):
        return "effective"
    return "future" if rule.effective_from is not None and rule.effective_from > today else "replaced"


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
