"""A carrier's own cause table as clients send it (worker/CAUSES.md)."""

from collections.abc import Sequence
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from api.requests.body import Body
from api.requests.fields import Unanswered
from worker.domain.call import Outcome
from worker.domain.hangup_causes import HIGHEST_Q850, NUMBER_OF
from worker.domain.outcome import CauseRule

MOST_RULES: Final = 200
"""More than there are causes and statuses that an operator tells apart."""
LOWEST_STATUS: Final = 300
HIGHEST_STATUS: Final = 699


def _known(cause: str) -> str:
    if cause not in NUMBER_OF:
        raise ValueError(f"{cause} is no hang-up cause of FreeSWITCH")
    return cause


class CauseBody(Body):
    """One rule: which unanswered calls it is for, and what they are."""

    sip_status: Annotated[int, Field(ge=LOWEST_STATUS, le=HIGHEST_STATUS)] | None = Field(
        default=None, description="The far end's final SIP response.", examples=[403]
    )
    q850: Annotated[int, Field(ge=1, le=HIGHEST_Q850)] | None = Field(
        default=None, description="The number of the hang-up cause by Q.850.", examples=[21]
    )
    cause: Annotated[str, Field(max_length=64), AfterValidator(_known)] | None = Field(
        default=None, description="The hang-up cause by FreeSWITCH's name.", examples=["CALL_REJECTED"]
    )
    outcome: Unanswered = Field(description="What such a call is. It cannot be `answered`: nobody answered.")
    counts: bool = Field(default=True, description="False: such an end uses no attempt of the lead.")

    @model_validator(mode="after")
    def _names_a_fact(self) -> Self:
        if self.sip_status is None and self.q850 is None and self.cause is None:
            raise ValueError("sip_status, q850 or cause is required")
        if self.q850 is not None and self.cause is not None:
            raise ValueError("q850 and cause are the same fact: name one of them")
        return self

    def rule(self) -> CauseRule:
        """Return the rule in stored form."""
        return CauseRule(
            outcome=Outcome(self.outcome),
            sip_status=self.sip_status,
            q850=self.q850,
            cause=self.cause,
            counts=self.counts,
        )


def _without_duplicates(rows: list[CauseBody]) -> list[CauseBody]:
    first: dict[tuple[int | None, int | None], int] = {}
    for place, row in enumerate(rows):
        before = first.setdefault(row.rule().facts, place)
        if before != place:
            raise ValueError(f"rows {before} and {place} name the same: {_named(row)}")
    return rows


def _named(row: CauseBody) -> str:
    facts = (("sip_status", row.sip_status), ("q850", row.q850), ("cause", row.cause))
    return " ".join(f"{name} {value}" for name, value in facts if value is not None)


Causes = Annotated[list[CauseBody], Field(max_length=MOST_RULES), AfterValidator(_without_duplicates)]


def rules_of(rows: Sequence[CauseBody]) -> tuple[CauseRule, ...]:
    """Return the rules in the order in which they are asked."""
    return tuple(row.rule() for row in rows)
