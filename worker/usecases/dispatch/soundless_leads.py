"""Find leads whose sounds are not there: promise 7, asked at each plan and again at each dial."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.campaign import Campaign
from worker.domain.errors import InvalidFields
from worker.domain.ids import LeadId, TemplateId
from worker.domain.json_value import Json
from worker.domain.reason import Reason, Why
from worker.domain.script import script_of
from worker.domain.script_need import Need, need_of
from worker.domain.speech.pattern import Malformed
from worker.domain.speech.sounds import Source
from worker.domain.template import Template, reads_values, template_of
from worker.ports.dispatch.sound_rows import SoundRows, SoundState
from worker.ports.dispatch.speech import Speech
from worker.ports.sounds import SoundNames


class _Transaction(Protocol):
    @property
    def speech(self) -> Speech: ...
    @property
    def sounds(self) -> SoundRows: ...


@dataclass(frozen=True, slots=True)
class Needed:
    """What one lead needs, under the names by which rows know it."""

    need: Need
    names: tuple[str, ...]


def soundless_leads(
    tx: _Transaction,
    asked: Mapping[LeadId, TemplateId | None],
    *,
    consents: Mapping[LeadId, str],
    names: SoundNames | None,
    now: DateTime,
) -> dict[LeadId, Why]:
    """Return the leads that cannot be spoken to yet, and why; without ``names`` we speak to nobody.

    ``consents`` has what leads are told whose calls are recorded.

    Leads without a template cost nothing. All others cost one read of templates, of values and of sounds.
    """
    if names is None or all(template_id is None for template_id in asked.values()):
        return {}
    needed = needs_of(tx, asked, consents=consents, names=names)
    known = tx.sounds.known({name for one in needed.values() for name in one.names})
    found = {lead: _why(one.names, known=known, now=now) for lead, one in needed.items()}
    return {lead: why for lead, why in found.items() if why is not None}


def consents_of(asked: Mapping[LeadId, Campaign | None], *, codes: Collection[LeadId]) -> dict[LeadId, str]:
    """Return what each lead hears before its call is recorded; a call that says a one-time code never is."""
    return {
        lead: campaign.consent
        for lead, campaign in asked.items()
        if campaign is not None and campaign.consent is not None and lead not in codes
    }


def needs_of(
    tx: _Transaction,
    asked: Mapping[LeadId, TemplateId | None],
    *,
    consents: Mapping[LeadId, str],
    names: SoundNames,
) -> dict[LeadId, Needed]:
    """Return what each lead needs; one whose template cannot be read to it is left out, since it waits for values."""
    bodies = tx.speech.templates({template_id for template_id in asked.values() if template_id is not None})
    templates = {template_id: template_of(body) for template_id, body in bodies.items()}
    speaking = {lead: template_id for lead, template_id in asked.items() if template_id in templates}
    reading = [lead for lead, template_id in speaking.items() if reads_values(templates[template_id])]
    values = tx.speech.values(reading)
    same: dict[tuple[TemplateId, str | None], Needed | None] = {}
    found: dict[LeadId, Needed] = {}
    for lead, template_id in speaking.items():
        template, consent = templates[template_id], consents.get(lead)
        if lead in values:
            needed = _needed(template, values[lead], consent=consent, names=names)
        elif (template_id, consent) in same:
            needed = same[template_id, consent]
        else:
            needed = same[template_id, consent] = _needed(template, {}, consent=consent, names=names)
        if needed is not None:
            found[lead] = needed
    return found


def _needed(template: Template, values: Mapping[str, Json], *, consent: str | None, names: SoundNames) -> Needed | None:
    try:
        need = need_of(script_of(template, values=values, consent=consent))
    except (InvalidFields, Malformed):
        return None
    library = [] if need.library is None else [names.library(need.library)]
    sources: tuple[Source, ...] = (*need.texts, *need.uploads)
    return Needed(need, (*library, *map(names.name, sources)))


def _why(needed: Iterable[str], *, known: Mapping[str, SoundState], now: DateTime) -> Why | None:
    states = [known.get(name) for name in needed]
    missing = [state for state in states if state is None or not state.is_ready]
    failed = next((state for state in missing if state is not None and state.rest.lasts(now)), None)
    if failed is not None:
        return Why(Reason.SOUND_FAILED, until=failed.rest.retry_at, cause=failed.rest.error)
    return Why(Reason.SOUND_NOT_READY) if missing else None
