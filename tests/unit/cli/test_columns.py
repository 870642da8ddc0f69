"""What commands print: columns that programs and people can read."""

import json

import pytest

from worker.cli.columns import lines_of, print_json, print_rows


def test_columns_are_aligned_and_never_cut() -> None:
    long = "x" * 300

    assert lines_of([("a", "name", "b"), (long, "y", "1")]) == [f"a{' ' * 299}  name  b", f"{long}  y     1"]


def test_an_empty_cell_is_shown_so_that_no_column_is_missing() -> None:
    assert lines_of([("a", "b", "c"), ("", " ", "x")]) == ["a  b  c", "-  -  x"]


def test_blanks_inside_a_cell_never_look_like_another_column() -> None:
    assert lines_of([("a", "b"), ("one   two\tthree\nfour", "x")])[1] == "one two\\tthree\\nfour  x"


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert lines_of([("\x1b[2Jname", "b")]) == ["\\x1b[2Jname  b"]


def test_wide_characters_take_two_places() -> None:
    assert lines_of([("電話", "b"), ("abcd", "c")]) == ["電話  b", "abcd  c"]


def test_a_pipe_gets_neither_frames_nor_colours(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(("a", "b"), [("1", "2")])

    assert capsys.readouterr().out == "a  b\n1  2\n"


def test_json_keeps_names_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "Đại lý"})

    out = capsys.readouterr().out
    assert "Đại lý" in out
    assert json.loads(out) == {"name": "Đại lý"}
