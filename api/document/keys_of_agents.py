"""Keys of agents, users, groups and extensions; most meanings stand in the models."""

from collections.abc import Mapping
from typing import Final

from api.document.key import Key

KEYS: Final[Mapping[str, Key]] = {
    "extension_uuid": Key("The extension's id; paths take its number too."),
    "group_uuid": Key("The group's id."),
    "department_uuid": Key("Stored and returned."),
    "first_name": Key("The user's first name; of a live call always empty."),
    "middle_name": Key("The user's middle name; of a live call always empty."),
    "last_name": Key("The user's last name; of a live call always empty."),
    "group_description": Key("Free text."),
    "group_name": Key("The group's name, unique among the tenant's.", example="sales"),
    "group_priority": Key("Stored and returned.", example=0),
}
