"""Where PostgreSQL and SQLite differ."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from pendulum import UTC, DateTime
from sqlalchemy import (
    ARRAY,
    Boolean,
    ClauseElement,
    Column,
    ColumnElement,
    Connection,
    Executable,
    FromClause,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import JSON

from worker.domain.errors import Conflict, IdTaken
from worker.store.base.columns import Instant

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def is_sqlite(connection: Connection) -> bool:
    """Return True for a connection to the embedded database."""
    return connection.dialect.name == "sqlite"


def changes_so_far(connection: Connection) -> int:
    """Return a number that grows when this transaction writes for the first time, or each time."""
    asked = "total_changes()" if is_sqlite(connection) else "(pg_current_xact_id_if_assigned() IS NOT NULL)::int"
    return int(connection.scalar(text(f"SELECT {asked}")))


def commit_without_waiting(connection: Connection) -> None:
    """Make this transaction's commit return before the disk has it; for work that is repeated if a crash loses it.

    SQLite never waits in its write-ahead mode as we set it up.
    """
    if not is_sqlite(connection):
        connection.execute(text("SET LOCAL synchronous_commit = off"))


def lock_by_name(connection: Connection, name: str) -> None:
    """Wait for the lock of this name, which other transactions get when this one has ended.

    SQLite has one writer at a time, so nothing is to be locked.
    """
    if not is_sqlite(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def try_lock_by_name(connection: Connection, name: str) -> bool:
    """Lock this name until the transaction ends; return False at once when another transaction has it.

    SQLite has one writer at a time, so nothing is to be locked.
    """
    if is_sqlite(connection):
        return True
    locking = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
    return bool(connection.execute(locking, {"name": name}).scalar_one())


class _explained(Executable, ClauseElement):  # noqa: N801 - reads like SQLAlchemy's own constructs
    """A query of which the database only tells its plan."""

    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        """Take the query."""
        self.query = query


@compiles(_explained, "postgresql")
def _explain(element: _explained, compiler: SQLCompiler, **options: Any) -> str:  # Any: what the compiler passes on
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.query, **options)}"


def estimated_rows(connection: Connection, query: Select[Any]) -> int | None:
    """Return how many rows the database expects of a query, from its statistics; None on SQLite, which has none."""
    if is_sqlite(connection):
        return None
    (plan,) = connection.execute(_explained(query)).scalar_one()
    return int(plan["Plan"]["Plan Rows"])


class among(FunctionElement[bool]):  # noqa: N801 - reads like SQLAlchemy's own in_
    """A condition: the column's value is in the list that a parameter of this name holds.

    On PostgreSQL the list travels as one array, so that the prepared statement is the same for every length; ``IN``
    would be another statement for each length.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        """Take the column, and the parameter's name."""
        super().__init__(column, bindparam(name, type_=ARRAY(column.type)))


@compiles(among)
def _in_list(element: among, compiler: SQLCompiler, **options: Any) -> str:  # Any: what the compiler passes on
    found, listed = element.clauses
    return compiler.process(found.in_(bindparam(listed.key, expanding=True, type_=found.type)), **options)


@compiles(among, "postgresql")
def _in_array(element: among, compiler: SQLCompiler, **options: Any) -> str:  # Any: see above
    found, listed = element.clauses
    array = cast(listed, listed.type)  # for literals, as in an explained plan, the server knows no type
    return f"{compiler.process(found, **options)} = ANY ({compiler.process(array, **options)})"


def insert_or_ignore(connection: Connection, table: Table) -> Any:  # Any: the Insert of two dialects
    """Return an INSERT that leaves out rows which violate a unique constraint."""
    return _inserting_or_ignoring(table, on_sqlite=is_sqlite(connection))


def insert_or_replace(
    connection: Connection, table: Table, *, same: Sequence[str], new: Callable[[Any], Mapping[str, Any]]
) -> Any:  # Any: the Insert of two dialects, and the rejected row
    """Return an INSERT that updates an existing row with the same values in ``same``, to the values of ``new``."""
    inserting = _insert(table, on_sqlite=is_sqlite(connection))
    return inserting.on_conflict_do_update(index_elements=list(same), set_=dict(new(inserting.excluded)))


def insert_or_add(
    connection: Connection, table: Table, *, same: Sequence[str], sums: Sequence[str]
) -> Any:  # Any: the Insert of two dialects
    """Return an INSERT that adds to the columns ``sums`` of an existing row with the same values in ``same``."""
    inserting = _insert(table, on_sqlite=is_sqlite(connection))
    totals = {name: table.c[name] + inserting.excluded[name] for name in sums}
    return inserting.on_conflict_do_update(index_elements=list(same), set_=totals)


@cache
def _inserting_or_ignoring(table: Table, *, on_sqlite: bool) -> Any:  # Any: see above
    return _insert(table, on_sqlite=on_sqlite).on_conflict_do_nothing()


def _insert(table: Table, *, on_sqlite: bool) -> Any:  # Any: see above
    return sqlite.insert(table) if on_sqlite else postgresql.insert(table)


@contextmanager
def conflicts_named(**messages: str) -> Iterator[None]:
    """Raise ``Conflict`` with the message for the violated constraint's last column; a primary key counts as ``id``.

    That one is an ``IdTaken``.
    """
    try:
        yield
    except IntegrityError as error:
        broken = _broken_rule(error)
        for name, message in messages.items():
            if broken.endswith(name):
                raise (IdTaken if name == "id" else Conflict)(message) from error
        raise


def _broken_rule(error: IntegrityError) -> str:
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is None:
        return str(error.orig)  # SQLite: UNIQUE constraint failed: campaigns.tenant_id, campaigns.name
    rule = str(diagnosis.constraint_name)
    return "id" if rule.startswith("pk_") else rule


def deleted_name(name: Column[str], row_id: UUID) -> ColumnElement[str]:
    """Return an expression for the name under which a deleted row is kept, so that a new one may have its name."""
    return name.concat(f" (deleted, {row_id})")


def rows_of(connection: Connection, rows: Sequence["DataclassInstance"], *columns: Column[Any]) -> FromClause:
    """Return rows, whose fields are named like these columns, as a table; all of them travel in one JSON parameter.

    Texts are stored as they stand: a type of ours that encrypts them is not asked.
    """
    if is_sqlite(connection):
        each = func.json_each(literal(_plain_rows(rows, columns, sqlite=True), JSON())).table_valued("value")
        values = (func.json_extract(each.c.value, f"$.{c.name}").label(c.name) for c in columns)
        return select(*values).select_from(each).subquery("new")
    typed = (column(c.name, _server_type(c)) for c in columns)
    return func.jsonb_to_recordset(_sent(rows, columns)).table_valued(*typed).render_derived("new", with_types=True)


def _sent(rows: Sequence["DataclassInstance"], columns: Sequence[Column[Any]]) -> ColumnElement[Any]:
    """Return the rows as JSON, written by orjson in a tenth of the time unless a lead's own data hold huge integers."""
    try:
        return cast(literal(orjson.dumps(rows, default=_moment_text).decode(), Text()), JSONB)
    except orjson.JSONEncodeError:
        return literal(_plain_rows(rows, columns, sqlite=False), JSONB())


def _plain_rows(
    rows: Sequence["DataclassInstance"], columns: Sequence[Column[Any]], *, sqlite: bool
) -> list[dict[str, Any]]:  # Any: JSON values
    return [{c.name: _plain(getattr(row, c.name), sqlite=sqlite) for c in columns} for row in rows]


@lru_cache(maxsize=64)  # rows of a batch have few times, and orjson asks for each
def _moment_text(moment: object) -> str:
    if not isinstance(moment, DateTime):
        raise TypeError
    return moment.astimezone(UTC).isoformat(" ", "microseconds")


def json_lists(
    connection: Connection, source: ColumnElement[str], columns: Sequence[Column[Any]]
) -> Select[Any]:  # Any: columns of several types
    """Select the lists in JSON texts as rows: each text, a column or one value, is a list of lists.

    Their values stand in the order of the columns.
    """
    if is_sqlite(connection):
        each = func.json_each(source).table_valued("value", joins_implicitly=True)
        values = [func.json_extract(each.c.value, f"$[{place}]") for place in range(len(columns))]
    else:
        each = func.jsonb_array_elements(cast(source, JSONB)).table_valued("value", joins_implicitly=True)
        values = [func.jsonb_extract_path_text(each.c.value, str(place)) for place in range(len(columns))]
    read = select(*(cast(value, one.type).label(one.name) for value, one in zip(values, columns, strict=True)))
    return read.select_from(source.table, each) if isinstance(source, Column) else read.select_from(each)


def _plain(value: Any, *, sqlite: bool) -> Any:  # Any: a column's value, and JSON for it in its stored form
    match value:
        case str():  # most values
            return value
        case UUID():
            return value.hex
        case DateTime():
            moment = value.astimezone(UTC).isoformat(" ", "microseconds")
            return moment.removesuffix("+00:00") if sqlite else moment
        case _:
            return value


def _server_type(column: Column[Any]) -> Any:  # Any: a column's type
    if isinstance(column.type, Instant):
        return column.type.impl
    return column.type if isinstance(column.type, Uuid | JSON) else postgresql.TEXT()
