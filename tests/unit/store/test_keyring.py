"""Values are encrypted with the key that is asked for, and read with any key of the ring, in their own place only."""

import pytest

from worker.domain.errors import Invalid
from worker.domain.secret_place import SecretPlace
from worker.store.base.keyring import HEAD_LENGTH, Keyring, SecretUnreadable, key_id, key_id_of, refuse_sealed_form

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
PLACE, ELSEWHERE = SecretPlace.SIGNING, SecretPlace.SWITCH_URL


@pytest.mark.parametrize("text", ["whsec_AAAA", "", "mật khẩu", "x" * 5000])
def test_what_is_sealed_is_hidden_and_reads_back(text: str) -> None:
    ring = Keyring([NEW, OLD])

    sealed = ring.seal(text, place=PLACE, key=key_id(OLD))

    assert not text or text not in sealed
    assert key_id_of(sealed) == key_id_of(sealed[:HEAD_LENGTH]) == key_id(OLD)
    assert ring.unseal(sealed, place=PLACE) == Keyring([OLD]).unseal(sealed, place=PLACE) == text


def test_equal_values_look_different() -> None:
    ring = Keyring([NEW])

    assert len({ring.seal("same", place=PLACE, key=key_id(NEW)) for _ in range(10)}) == 10


def test_a_value_in_clear_is_read_without_any_key() -> None:
    assert Keyring().unseal("whsec_AAAA", place=PLACE) == "whsec_AAAA"
    assert key_id_of("whsec_AAAA") == ""


def test_the_wrong_key_is_named_and_the_value_is_not() -> None:
    sealed = Keyring([OLD]).seal("whsec_AAAA", place=PLACE, key=key_id(OLD))

    with pytest.raises(SecretUnreadable, match=f"with the key {key_id(OLD)}, which CALLBEAT_SECRET_KEY does not have"):
        Keyring([NEW]).unseal(sealed, place=PLACE)


def test_a_key_that_is_not_there_encrypts_nothing() -> None:
    with pytest.raises(SecretUnreadable):
        Keyring([OLD]).seal("whsec_AAAA", place=PLACE, key=key_id(NEW))


def test_a_value_that_was_moved_or_changed_is_not_read() -> None:
    ring = Keyring([NEW])
    sealed = ring.seal("esl://:x@switch", place=PLACE, key=key_id(NEW))

    for stored, place in ((sealed, ELSEWHERE), (f"{sealed[:-6]}AAAAAA", PLACE), (sealed[:30], PLACE)):
        with pytest.raises(SecretUnreadable, match="was changed in the database"):
            ring.unseal(stored, place=place)


def test_nobody_can_store_what_looks_encrypted() -> None:
    with pytest.raises(Invalid):
        refuse_sealed_form("sealed:1:0123abcd:AAAA")
