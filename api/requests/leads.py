"""Lists and leads as clients send them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import BeforeValidator, ConfigDict, Field
from typing_extensions import override

from api.requests.body import Body
from api.requests.fields import Line, Name, Outcomes, Revision, Text, meaning, to_uuid, uuid_of, without_defaults
from api.requests.json_limits import holds_too_large_a_number, why_not_kept
from api.requests.unused_keys import OF_LEAD, OF_LIST
from api.timestamps import NEVER
from worker.domain.call import Outcome
from worker.domain.errors import Invalid
from worker.domain.ids import CampaignId, LeadId, ListId
from worker.domain.json_value import Json
from worker.usecases.records.edit_lead import LeadChanges
from worker.usecases.records.import_leads import Draft
from worker.usecases.records.save_list import ListChanges

MOST_ROWS: Final = 2000
LARGEST_ADDITIONAL: Final = 8192
LONGEST_DIGITS: Final = 9
LONGEST_WAIT: Final = 3650
"""Days until a lead's first call: ten years."""


def _parsed(value: Any) -> Any:  # Any: checked as an object after this
    """Return the object that is given as text, as the API itself returns it."""
    if value is None or value == []:  # an empty object, as PHP writes it
        return {}
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value) if value else {}
    except orjson.JSONDecodeError as error:
        raise ValueError("must be an object or the text of one") from error


def as_text(value: Any) -> Any:  # Any: checked as text after this
    """Return digits that are given as a number as text, as spreadsheets send them."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _days(value: Any) -> Any:  # Any: checked as a number after this
    """Return digits that are given as text as a number."""
    if value is None or value == "":
        return 0
    is_number = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= LONGEST_DIGITS
    return int(value) if is_number else value


Words = Annotated[str, Field(max_length=255), BeforeValidator(as_text)]
ListId36 = Annotated[str, Field(min_length=36, max_length=36)]
Additional = Annotated[dict[str, Any], BeforeValidator(_parsed)]  # Any: stored as it was sent


class ListBody(Body):
    """A list to be created."""

    UNUSED = OF_LIST

    list_uuid: Line = ""
    campaign_uuid: Annotated[str, Field(min_length=1, max_length=255)]
    list_name: Name
    description: Text = ""

    def id(self) -> ListId | None:
        """Return the id that the client names; raises ``Invalid`` when it is not an id."""
        found = to_uuid(self.list_uuid, otherwise="list_uuid is invalid")
        return None if found is None else ListId(found)

    def campaign(self) -> CampaignId:
        """Return the campaign's id; raises ``Invalid``."""
        found = uuid_of(self.campaign_uuid)
        if found is None:
            raise Invalid("campaign_uuid is invalid")
        return CampaignId(found)


class LeadBody(Body):
    """One lead; unknown keys are stored and come back in its CDRs."""

    model_config = ConfigDict(extra="allow")
    FOREIGN = "stored"
    GUARDED = frozenset({"after_day", "duplicate_scope"})

    phone_number: Annotated[str, Field(max_length=64), BeforeValidator(as_text)]
    lead_name: Words = ""
    lead_code: Words = ""
    contract_number: Words = ""
    identity_number: Words = ""
    identity_issued_at: Words = ""
    identity_issued_on: Words = ""
    address: Annotated[Text, BeforeValidator(as_text)] = ""
    province: Words = ""
    district: Words = ""
    ward: Words = ""
    date_of_birth: Words = ""
    gender: Words = ""
    comment: Annotated[Text, BeforeValidator(as_text)] = ""
    ref_id: Words = ""
    ref_code: Words = ""
    other_identity_number: Words = ""
    other_identity_issued_at: Words = ""
    other_identity_issued_on: Words = ""
    after_day: Annotated[int, Field(ge=0, le=LONGEST_WAIT), BeforeValidator(_days)] = 0
    additional: Additional = {}  # noqa: RUF012 - Pydantic copies defaults

    def draft(self, row: int) -> Draft:
        """Return the lead for the import; raises ``ValueError`` when the additional data is too large."""
        additional = {**self._not_ours(), **self.additional}
        if problem := why_not_kept(additional):  # an object that was sent as text has not been checked as JSON yet
            raise ValueError(problem)
        if holds_too_large_a_number(additional):
            raise ValueError("additional holds a number beyond 64 bits")
        if len(orjson.dumps(additional)) > LARGEST_ADDITIONAL:
            raise ValueError("additional is too large")
        profile = self.model_dump(include=set(PROFILE), exclude_defaults=True)
        return Draft(
            row=row,
            phone_number=self.phone_number,
            after_day=self.after_day,
            profile=profile,
            additional=additional,
        )

    def _not_ours(self) -> Mapping[str, Json]:
        return self.model_extra or {}


PROFILE: Final = frozenset(LeadBody.model_fields) - {"phone_number", "after_day", "additional"}


Scope = Literal["list", "campaign", "tenant"]
"""Where a number may stand only once."""


class NewLeadBody(LeadBody):
    """One lead with its list."""

    list_uuid: ListId36
    duplicate_scope: Scope = "campaign"


class ChangedLeadBody(LeadBody):
    """A lead to be changed: the number is required; any other key that is not sent stays as it is.

    It may be a whole lead that was read. Unknown keys are stored, as at the import.
    """

    model_config = ConfigDict(json_schema_extra=without_defaults)
    GUARDED = frozenset({"after_day"})

    def id(self) -> LeadId | None:
        """Return the id that the client names; raises ``Invalid`` when it is not an id."""
        found = to_uuid(self._server_text("lead_uuid"), otherwise="lead_uuid is invalid")
        return None if found is None else LeadId(found)

    def changes(self) -> LeadChanges:
        """Return what was sent; raises ``ValueError`` when the additional data is too large."""
        sent = self.model_fields_set
        home = to_uuid(self._server_text("list_uuid"), otherwise="list_uuid is invalid")
        drafted = self.draft(0)  # checks the data as the import does
        return LeadChanges(
            phone_number=drafted.phone_number,
            list_id=None if home is None else ListId(home),
            after_day=self.after_day if "after_day" in sent else None,
            profile={name: _present(getattr(self, name)) for name in PROFILE & sent},
            additional=self.additional if "additional" in sent else None,
            more=self._not_ours(),
        )

    @override
    def _not_ours(self) -> Mapping[str, Json]:
        return {name: value for name, value in (self.model_extra or {}).items() if name not in OF_LEAD}

    def _server_text(self, name: str) -> str:
        value = (self.model_extra or {}).get(name, "")
        return value if isinstance(value, str) else "not a text"


def _present(text: str) -> str:
    """Return an empty text instead of the time that answers have for a missing one."""
    return "" if text == NEVER else text


class ChangedListBody(Body):
    """A list to be changed: the name is required; any other key that is not sent stays as it is."""

    model_config = ConfigDict(json_schema_extra=without_defaults)
    UNUSED = OF_LIST - {"active", "revision"}

    list_uuid: Line = ""
    campaign_uuid: Line = ""
    list_name: Name
    description: Text = ""
    active: bool = True
    revision: Revision = None

    def id(self) -> ListId | None:
        """Return the id that the client names; raises ``Invalid`` when it is not an id."""
        found = to_uuid(self.list_uuid, otherwise="list_uuid is invalid")
        return None if found is None else ListId(found)

    def changes(self) -> ListChanges:
        """Return what was sent; raises ``Invalid`` for a campaign that is no id."""
        changes = ListChanges(name=self.list_name)
        home = to_uuid(self.campaign_uuid, otherwise="campaign_uuid is invalid")
        if home is not None:
            changes["campaign_id"] = CampaignId(home)
        if "description" in self.model_fields_set:
            changes["description"] = self.description
        if "active" in self.model_fields_set:
            changes["active"] = self.active
        return changes


class RefreshBody(Body):
    """Which leads of a list are called anew."""

    refresh: Annotated[
        Literal["all", "success", "fail"],
        meaning("By the last call: `success` was answered, `fail` was not. `all` are also leads that expired."),
    ]
    recall_status: Annotated[
        list[Outcomes] | None, Field(max_length=100), meaning("Of these, only leads whose last call ended so.")
    ] = None

    def outcomes(self) -> set[Outcome]:
        """Return the outcomes that narrow the choice; none of them: it is not narrowed."""
        return {Outcome(outcome) for outcome in self.recall_status or ()}


class ManyLeadsBody(Body):
    """Leads for one list; each row is checked on its own."""

    list_uuid: Line = ""
    duplicate_scope: Scope = "campaign"
    data: Annotated[list[Any], Field(max_length=MOST_ROWS)]  # Any: see ``LeadBody``
