"""Posts in SQL: one row each, held by whoever took it last and has kept it."""

from typing import Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import Connection, bindparam, delete, select, update
from typing_extensions import override

from worker.domain.errors import Superseded
from worker.domain.post import FIRST_REFUSAL, HELD_FOR, Post, switch_of
from worker.ports.dispatch.posts import Posts
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.tables import posts
from worker.store.dispatch.plans import CLOCKS_APART

_HOLDER: Final = select(posts.c.holder).where(posts.c.name == bindparam("post")).with_for_update(read=True)
_HELD: Final = select(posts.c.name, posts.c.since).where(
    posts.c.held_until > bindparam("now"),
    (posts.c.open_from <= bindparam("now")) | (posts.c.open_from > bindparam("set_back")),
)


class SqlPosts(Posts):
    """Posts as their holders see them."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def take(self, post: Post, *, since: DateTime, now: DateTime, open_from: DateTime | None = None) -> bool:
        opens = since if open_from is None else open_from
        held = {"holder": post.holder, "since": since, "held_until": now + HELD_FOR, "open_from": opens}
        missed_nothing = posts.c.held_until >= since + HELD_FOR
        lapsed = (posts.c.held_until <= now) & missed_nothing | (posts.c.held_until <= now - FIRST_REFUSAL)
        free = (posts.c.holder == post.holder) | lapsed
        taking = update(posts).where(posts.c.name == post.name, free).values(held)
        if self._connection.execute(taking).rowcount:
            return True
        first = insert_or_ignore(self._connection, posts).values(name=post.name, **held).returning(posts.c.name)
        return self._connection.scalar(first) is not None

    @override
    def leave(self, post: Post) -> None:
        self._connection.execute(delete(posts).where(posts.c.name == post.name, posts.c.holder == post.holder))

    @override
    def check(self, post: Post) -> None:
        holder: UUID | None = self._connection.scalar(_HOLDER, {"post": post.name})
        if holder != post.holder:
            raise Superseded(f"somebody else is {post.name} now")

    @override
    def listeners(self, *, now: DateTime) -> dict[str, DateTime]:
        held = self._connection.execute(_HELD, {"now": now, "set_back": now + CLOCKS_APART})
        return {switch: row.since for row in held if (switch := switch_of(row.name)) is not None}
