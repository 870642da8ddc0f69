"""Which connections are closed, and when: so many for others' sake, and those whose clients have had their time."""

from dataclasses import dataclass

import pytest

from api.connection_table import CLOSABLE, MOST_CONNECTIONS, NEW_SECONDS, ConnectionLimits, ConnectionTable, Phase

LIMITS = ConnectionLimits(
    connections=3, surplus=2, header_seconds=5, idle_seconds=75, pause_seconds=10, body_seconds=120, unsent_bytes=100
)


@dataclass(eq=False)
class Client:
    """A connection without a socket."""

    unsent: int = 0
    is_held_back: bool = False


def table_of(*phases: Phase, limits: ConnectionLimits = LIMITS) -> tuple[ConnectionTable[Client], list[Client]]:
    """Return connections that have entered these phases at the moments 0, 1 and 2."""
    table = ConnectionTable[Client](limits)
    clients = [Client() for _ in phases]
    for moment, (client, phase) in enumerate(zip(clients, phases, strict=True)):
        table.add(client, now=moment)
        table.enter(client, phase, now=moment)
    return table, clients


@pytest.mark.parametrize("phase", CLOSABLE)
def test_the_longest_waiting_makes_room_for_a_new_connection(phase: Phase) -> None:
    table, clients = table_of(phase, phase, phase)

    closed = table.add(Client(), now=3)

    assert closed == clients[:1]
    assert len(table) == 3


def test_whoever_opens_many_connections_loses_them_to_itself() -> None:
    for crowd in CLOSABLE:
        for other in CLOSABLE:
            table, clients = table_of(other, crowd, crowd)

            assert table.add(Client(), now=3) == [clients[0 if crowd is other else 1]]


def test_a_request_that_came_whole_is_never_closed_for_another() -> None:
    table, _ = table_of(*[Phase.ANSWER] * 5)
    late = Client()

    assert table.add(late, now=5) == [late]
    assert table.phase(late) is None
    assert len(table) == 5


def test_new_connections_are_taken_while_all_others_are_answered() -> None:
    table, clients = table_of(*[Phase.ANSWER] * 3)
    new, newer, newest = Client(), Client(), Client()

    assert [table.add(client, now=3) for client in (new, newer)] == [[], []]  # their requests may be unread yet
    assert table.add(newest, now=3) == [new]

    table.enter(newer, Phase.ANSWER, now=3)
    table.enter(newest, Phase.ANSWER, now=3)
    table.enter(clients[0], Phase.IDLE, now=3)
    assert table.overdue(now=3) == []
    assert table.overdue(now=3 + NEW_SECONDS) == [clients[0]]
    assert len(table) == 4


def test_those_beyond_the_limit_go_when_they_are_new_no_longer() -> None:
    table, clients = table_of(*[Phase.ANSWER] * 3)
    silent = [Client(), Client()]
    for client in silent:
        table.add(client, now=3)

    assert table.add(Client(), now=3 + NEW_SECONDS) == silent
    assert all(table.phase(client) is Phase.ANSWER for client in clients)


def test_a_connection_that_was_closed_enters_no_phase() -> None:
    table, (client,) = table_of(Phase.HEADER)

    table.remove(client)
    table.enter(client, Phase.BODY, now=1)
    table.progress(client, now=1)

    assert len(table) == 0
    assert table.overdue(now=1000) == []


@pytest.mark.parametrize(
    ("phase", "seconds"), [(Phase.HEADER, 5), (Phase.IDLE, 75), (Phase.BODY, 10), (Phase.ANSWER, None)]
)
def test_each_phase_has_its_time(phase: Phase, seconds: int | None) -> None:
    table, clients = table_of(phase)

    assert table.overdue(now=(seconds or 10_000) - 0.1) == []
    assert table.overdue(now=seconds or 10_000) == ([] if seconds is None else clients)


def test_a_header_that_drips_gets_no_more_time() -> None:
    table, clients = table_of(Phase.HEADER)

    table.progress(clients[0], now=4.9)

    assert table.overdue(now=5) == clients


def test_a_body_that_arrives_gets_more_time_but_not_for_ever() -> None:
    table, clients = table_of(Phase.BODY)

    for moment in range(9, 120, 9):
        table.progress(clients[0], now=moment)
        assert table.overdue(now=moment) == []

    assert table.overdue(now=120) == clients


def test_a_body_that_we_do_not_read_is_not_late() -> None:
    table, clients = table_of(Phase.BODY)
    clients[0].is_held_back = True
    assert table.overdue(now=15) == []

    clients[0].is_held_back = False

    assert table.overdue(now=24) == []
    assert table.overdue(now=25) == clients


@pytest.mark.parametrize("phase", [Phase.ANSWER, Phase.IDLE])
def test_an_answer_that_is_taken_gets_time_and_one_that_is_not_ends(phase: Phase) -> None:
    table, clients = table_of(phase)

    for moment, unsent in ((0, 90), (9, 80), (18, 70)):
        clients[0].unsent = unsent
        assert table.overdue(now=moment) == []

    assert table.overdue(now=27) == []
    assert table.overdue(now=28) == clients


def test_the_largest_untaken_answers_end_when_all_together_are_too_many_bytes() -> None:
    table, clients = table_of(Phase.ANSWER, Phase.IDLE, Phase.ANSWER)
    for client, unsent in zip(clients, (30, 60, 40), strict=True):
        client.unsent = unsent

    assert table.overdue(now=1) == [clients[1]]


@pytest.mark.parametrize(("open_files", "connections"), [(65_536, MOST_CONNECTIONS), (1024, 624), (256, 64), (16, 4)])
def test_connections_leave_descriptors_for_everything_else(open_files: int, connections: int) -> None:
    assert ConnectionLimits.within(open_files).connections == connections
