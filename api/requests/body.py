"""How an object that a client sends is read: its keys are checked, and values with one meaning are accepted."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple, Self, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel, ConfigDict, ModelWrapValidatorHandler, PrivateAttr, model_validator

from api.requests.json_limits import LARGEST_NUMBER
from api.requests.strict_keys import refuse_misspelt, refuse_unknown

MOST_NAMED: Final = 20
"""Ignored keys that an answer names."""


class Body(BaseModel):
    """An object as a client sends it.

    A key that is nearly one of these is refused; wholly foreign keys are ignored, and named in the answer. Null instead
    of a text means that the key was not sent, unless the key has a meaning for it. 5.0 is an integer.
    """

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    FOREIGN: ClassVar[Literal["ignored", "refused", "stored", "unchecked"]] = "ignored"
    """What becomes of keys that are no fields: ``unchecked`` are filters, which the route checks."""
    UNUSED: ClassVar[Collection[str]] = frozenset()
    """Keys that clients send, and that mean nothing here."""
    GUARDED: ClassVar[Collection[str]] = ()
    """Where foreign keys are stored: fields of which a misspelt name is refused all the same."""

    _foreign: tuple[str, ...] = PrivateAttr(())

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:  # Any: whatever was sent
        if not isinstance(data, dict):
            return handler(data)
        shape = _shape(cls)
        cls._check_keys(data, shape=shape)
        nulls = {name for name, value in data.items() if value is None and name in shape.without_null}
        body = handler({name: _number(name, value, shape) for name, value in data.items() if name not in nulls})
        if cls.FOREIGN == "ignored":
            foreign = data.keys() - shape.keys - set(cls.UNUSED)
            body._foreign = tuple(sorted(foreign | nulls))  # noqa: SLF001 - its own class
        return body

    @classmethod
    def _check_keys(cls, data: Mapping[str, object], *, shape: "_Shape") -> None:
        match cls.FOREIGN:
            case "ignored":
                refuse_misspelt(data, known=shape.keys, ignored=cls.UNUSED, needs_one=not shape.has_required)
            case "refused":
                refuse_unknown(data, known=shape.keys, ignored=cls.UNUSED)
            case "stored":
                refuse_misspelt(data, known=cls.GUARDED, ignored=shape.keys, needs_one=False)
            case "unchecked":
                pass

    def ignored(self) -> list[str]:
        """Return the keys that were sent and changed nothing: foreign ones, and null without a meaning."""
        return list(self.ignored_below(""))[:MOST_NAMED]

    def ignored_below(self, path: str) -> Iterator[str]:
        """Yield the same keys after a path, those of objects inside too."""
        yield from (f"{path}{name[:80]}" for name in self._foreign)
        for name in type(self).model_fields:
            value = getattr(self, name)
            for place, row in enumerate(value if isinstance(value, list) else ()):
                if isinstance(row, Body):
                    yield from row.ignored_below(f"{path}{name}.{place}.")
            if isinstance(value, Body):
                yield from value.ignored_below(f"{path}{name}.")


class _Shape(NamedTuple):
    """What a model reads: its keys, those that hold integers, and texts that have no meaning for null.

    Null as a number or a truth could mean 0 or false too, and is refused.
    """

    keys: frozenset[str]
    integers: frozenset[str]
    without_null: frozenset[str]
    has_required: bool


@cache
def _shape(model: type[Body]) -> _Shape:
    keys: set[str] = set()
    integers: set[str] = set()
    without_null: set[str] = set()
    has_required = any(field.is_required() for field in model.model_fields.values())
    for name, field in model.model_fields.items():
        alias = field.validation_alias
        names = [str(one) for one in alias.choices] if isinstance(alias, AliasChoices) else [name]
        keys.update(names)
        kinds = set(_kinds(field.annotation))
        if int in kinds:
            integers.update(names)
        if not field.is_required() and str in kinds and type(None) not in kinds:
            without_null.update(names)
    return _Shape(frozenset(keys), frozenset(integers), frozenset(without_null), has_required)


def _kinds(annotation: Any) -> Iterator[Any]:  # Any: types as Pydantic has them
    """Yield the types of a field's values: those of a union, and those of literal values."""
    origin = get_origin(annotation)
    if origin is Literal:
        yield from (type(value) for value in get_args(annotation))
    elif origin is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif origin in {Union, UnionType}:
        for one in get_args(annotation):
            yield from _kinds(one)
    else:
        yield annotation


def _number(name: str, value: Any, shape: _Shape) -> Any:  # Any: whatever was sent
    is_float = isinstance(value, float) and name in shape.integers
    return int(value) if is_float and value.is_integer() and abs(value) <= LARGEST_NUMBER else value
