"""What a browser's form sends."""

from typing import ClassVar, Final
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request

from api.middleware import BoundedBody
from api.ops.session import FIELD
from worker.domain.json_value import Json

MOST_FIELDS: Final = 400
BAD_REQUEST: Final = 400


class FormRequest(BoundedBody):
    """A request whose body is a form; a name that comes several times keeps all its values."""

    longest: ClassVar[int] = 64 * 1024
    fields: dict[str, list[str]]

    def parse(self, body: bytes) -> None:
        """Read the fields of a body that came whole."""
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
        except ValueError as error:
            raise HTTPException(BAD_REQUEST, "form cannot be read") from error
        self.fields = {}
        for name, value in pairs:
            if "\0" in name + value:
                raise HTTPException(BAD_REQUEST, "form cannot be read")
            self.fields.setdefault(name, []).append(value)

    def one(self, name: str) -> str:
        """Return the first value of a field, without space around it; empty when it was not sent."""
        return self.fields.get(name, [""])[0].strip()

    def every(self, name: str) -> list[str]:
        """Return all values of a field."""
        return self.fields.get(name, [])

    @property
    def parsed(self) -> dict[str, Json]:
        """The fields as the audit trail shows them."""
        return {name: ", ".join(values) for name, values in self.fields.items() if name != FIELD}


def form_in(request: Request) -> FormRequest:
    """Return a POST's form, which its route has read."""
    if not isinstance(request, FormRequest):
        raise TypeError("only a POST has a form")
    return request
