"""Ids that a tenant chose and another tenant has."""

from uuid import UUID

from worker.domain.chosen_ids import ChosenIds, Kind, beside

X, Y, KEPT = UUID(int=0xABC), UUID(int=0xDEF), UUID(int=0x123)
IDS = ChosenIds().with_one(Kind.CAMPAIGN, chosen=X, kept=KEPT)


def test_only_the_field_of_its_kind_is_exchanged() -> None:
    assert IDS.kept_text("campaign_uuid", str(X)) == str(KEPT)
    assert IDS.kept_text("campaign_uuid", str(X).upper()) == str(KEPT)
    assert IDS.kept_text("list_uuid", str(X)) == str(X)
    assert IDS.kept_text("ref_id", str(X)) == str(X)
    assert IDS.kept_text("campaign_uuid", str(Y)) == str(Y)
    assert IDS.kept_text("template", "hello") == "hello"


def test_what_is_read_has_the_chosen_id_wherever_it_stands() -> None:
    assert IDS.shown(f'{{"a": "{KEPT}", "b": ["{X}"]}}') == f'{{"a": "{X}", "b": ["{X}"]}}'


def test_most_tenants_have_none() -> None:
    assert not ChosenIds()
    assert IDS
    assert ChosenIds().kept(Kind.CAMPAIGN, X) is None


def test_ids_of_one_kind_gather() -> None:
    two = IDS.with_one(Kind.CAMPAIGN, chosen=Y, kept=UUID(int=5)).with_one(Kind.LIST, chosen=X, kept=UUID(int=6))

    assert (two.kept(Kind.CAMPAIGN, X), two.kept(Kind.CAMPAIGN, Y)) == (KEPT, UUID(int=5))
    assert two.kept(Kind.LIST, X) == UUID(int=6)


def test_our_id_sorts_where_the_chosen_one_would() -> None:
    chosen, new = UUID("c2da23c0-9739-4287-828a-7b15cf0fb19a"), UUID("01a21d93-1024-7aaa-9bbb-cccccccccccc")

    ours = beside(chosen, chance=new)

    assert str(ours) == "c2da23c0-9739-4287-9bbb-cccccccccccc"
