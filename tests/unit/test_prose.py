"""Docstrings, comments, log texts and error texts keep the rules of plain English that a machine can check."""

import pytest

from tests.prose import faults, faults_in


def test_the_product_breaks_no_rule() -> None:
    """``python -m tests.prose FOLDER`` lists what does."""
    assert [str(fault) for fault in faults()] == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ('def f():\n    """Give the due leads."""', "starts with Give"),
        ('def f():\n    """Say how many."""', "starts with Say"),
        ('class C:\n    """Whether it runs."""', "starts with Whether"),
        ('X = 1\n"""Tell the client."""', "starts with Tell"),
        ("# whoever waits for one would judge by it", "'whoever'"),
        ("x = 1  # it takes the turn of a host", "'the turn'"),
        ("# Of several processes\n# one is on\n# duty", "on duty"),
        ('logger.info("the chore is done", extra={})', "'chore'"),
        ('logger.warning("somebody else has it")', "'somebody else'"),
        ('raise Invalid("what is in hand is left")', "'in hand'"),
        ('raise Invalid(f"{name} stands by")', "'stands by'"),
        ('"""' + "word " * 41 + '."""', "a sentence of 41 words"),
    ],
)
def test_each_pattern_is_found_when_it_is_put_back(source: str, what: str) -> None:
    found = faults_in(source)

    assert len(found) == 1, found
    assert what in found[0].what


@pytest.mark.parametrize(
    "source",
    [
        'def f():\n    """Return the due leads, oldest first."""',
        '"""' + "word " * 40 + '."""',
        "x = 1  # " + "word " * 30 + "\ny = 2  # " + "word " * 30,
        'text = "whoever"',
    ],
)
def test_plain_text_passes(source: str) -> None:
    assert faults_in(source) == []
