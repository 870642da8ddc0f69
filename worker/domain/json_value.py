"""What JSON can hold."""

from collections.abc import Mapping

from typing_extensions import TypeAliasType  # the standard library's from Python 3.12 on; Pydantic reads it

Json = TypeAliasType("Json", "Mapping[str, Json] | list[Json] | str | int | float | bool | None")
