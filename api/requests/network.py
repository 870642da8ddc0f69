"""The number plan as clients send it."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from api.requests.body import Body
from api.requests.leads import as_text
from api.requests.numbers import Phone, Rows
from worker.domain.errors import InvalidFields, Problem
from worker.domain.network import Network
from worker.domain.number_plan import PrefixRule, Source

MOST_PREFIXES: Final = 500


def _day(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise ValueError("Does not match format 'date'")


Prefix = Annotated[str, Field(pattern="^0[2-9][0-9]{0,8}$")]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}), AfterValidator(_day)]
NetworkName = Literal["viettel", "mobi", "vina", "tel", "offnet"]


class PrefixBody(Body):
    """The network of a prefix from a day on; null means that its numbers are not dialled."""

    prefix: Prefix
    network: NetworkName | None
    effective_from: Day | None = None


class PrefixesBody(Body):
    """Rules to be added or replaced."""

    prefixes: Annotated[list[PrefixBody], Field(min_length=1, max_length=MOST_PREFIXES)]

    def rules(self, *, today: date) -> list[PrefixRule]:
        """Return the rules; one without a day holds from today on. Raises ``InvalidFields`` for a repeated one."""
        rules = [
            PrefixRule(
                one.prefix,
                None if one.network is None else Network(one.network),
                today if one.effective_from is None else date.fromisoformat(one.effective_from),
                Source.TENANT,
            )
            for one in self.prefixes
        ]
        keys = [(rule.prefix, rule.effective_from) for rule in rules]
        twice = [number for number, key in enumerate(keys) if key in keys[:number]]
        if twice:
            raise InvalidFields(tuple(Problem(f"prefixes.{number}", "prefix is duplicate") for number in twice))
        return rules


class PrefixKeyBody(Body):
    """One of the tenant's rules: the one of that day, or all of the prefix."""

    prefix: Prefix
    effective_from: Day | None = None


class PrefixKeysBody(Body):
    """Rules to be removed."""

    prefixes: Annotated[list[PrefixKeyBody], Field(min_length=1, max_length=MOST_PREFIXES)]

    def keys(self) -> list[tuple[str, date | None]]:
        """Return the prefixes with their days."""
        return [
            (one.prefix, None if one.effective_from is None else date.fromisoformat(one.effective_from))
            for one in self.prefixes
        ]


class PortedBody(Body):
    """A number that was ported to another network."""

    phone_number: Annotated[Phone, BeforeValidator(as_text)]
    network: NetworkName


class PortBody(Body):
    """Ported numbers to be added, each with `phone_number` and `network`; each row is checked by itself."""

    ported: Rows


class UnportBody(Body):
    """Ported numbers to be removed; each row is checked by itself."""

    ported: Rows
