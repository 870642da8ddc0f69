"""Check that a template can be read aloud to a lead, before the lead is stored."""

from collections.abc import Mapping

from worker.domain.errors import Problem
from worker.domain.json_value import Json
from worker.domain.script import problems_of, values_of_lead
from worker.domain.speech.pattern import Malformed
from worker.domain.template import template_of
from worker.ports.records.entities import TemplateRecord


def why_not_spoken(
    template: TemplateRecord, *, phone: str, profile: Mapping[str, Json], additional: Mapping[str, Json]
) -> tuple[Problem, ...]:
    """Return what keeps the template from being read aloud to this lead: one problem for each key; empty when it can.

    A template of an old release may have a broken placeholder; then the problem is the template's.
    """
    values = values_of_lead(phone=phone, profile=profile, additional=additional)
    try:
        return problems_of(template_of(template.body), values=values)
    except Malformed as error:
        return (Problem("template", str(error)),)
