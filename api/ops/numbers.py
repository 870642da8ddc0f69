"""A number's story: every lead, call and callback of one phone number, and whether it must not be called."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.deps import Services, Whose
from api.ops.render import page, say_to
from api.ops.route import PageRoute
from api.phone_numbers import national
from api.sight import Seen
from worker.usecases.callbacks.queries import callbacks_of_calls
from worker.usecases.records.number_story import number_story

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/ops/number")
def show(request: Request, services: Services, tenant: Whose, seen: Seen, phone: str = "") -> Response:
    """Show the story of a number, in whatever form it is typed."""
    if not phone.strip():
        return page(request, "number.html", phone="", story=None, leads=(), calls=(), callbacks=())
    say = say_to(request)
    story = number_story(services.store, tenant=tenant, phone=national(phone), names=services.spoken_names, now=say.now)
    leads = [(seen.lead(lead), [say.why(why) for why in reasons]) for lead, reasons in story.leads]
    told = callbacks_of_calls(services.callback_store, tenant_id=tenant.id, calls=story.calls)
    return page(
        request, "number.html", phone=phone, story=story, leads=leads, calls=seen.cdrs(story.calls), callbacks=told
    )
