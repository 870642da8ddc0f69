"""Posts in SQL: one row each, held by whoever took it last and has kept it."""

from typing import Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import Connection, bindparam, delete, select, update

from worker.domain.errors import Superseded
from worker.domain.post import FIRST_REFUSAL, HELD_FOR, Post, switch_of
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.tables import posts
from worker.store.dispatch.plans import CLOCKS_APART

_HOLDER: Final = select(posts.c.holder).where(posts.c.name == bindparam("post")).with_for_update(read=True)
_HELD: Final = select(posts.c.name, posts.c.since).where(
    posts.c.held_until > bindparam("now"),
    (posts.c.open_from <= bindparam("now")) | (posts.c.open_from > bindparam("set_back")),
)


class SqlPosts:
    """Posts as their holders see them."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    def take(self, post: Post, *, since: DateTime, now: DateTime, open_from: DateTime | None = None) -> bool:
        """Take the post, or keep it, for a while from now on; False while somebody else holds it."""
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

    def leave(self, post: Post) -> None:
        """Let somebody else take it at once."""
        self._connection.execute(delete(posts).where(posts.c.name == post.name, posts.c.holder == post.holder))

    def check(self, post: Post) -> None:
        """Raise ``Superseded`` unless the post is still this holder's; it stays so until the transaction ends."""
        holder: UUID | None = self._connection.scalar(_HOLDER, {"post": post.name})
        if holder != post.holder:
            raise Superseded(f"somebody else is {post.name} now")

    def listeners(self, *, now: DateTime) -> dict[str, DateTime]:
        """Give the switches that somebody listens to and that may be told of calls, and since when they are heard."""
        held = self._connection.execute(_HELD, {"now": now, "set_back": now + CLOCKS_APART})
        return {switch: row.since for row in held if (switch := switch_of(row.name)) is not None}
