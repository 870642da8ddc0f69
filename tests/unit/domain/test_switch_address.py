import pytest

from worker.domain.switch_address import SwitchUrl, canonical_name


@pytest.mark.parametrize(
    ("text", "name", "password"),
    [
        ("esl://:ClueCon@10.0.0.1:8021", "10.0.0.1:8021", "ClueCon"),
        ("esl://:p%40ss%2Fw@switch.example", "switch.example:8021", "p@ss/w"),
        ("esl://:x@[::1]:9000", "[::1]:9000", "x"),
    ],
)
def test_a_url_names_the_switch(text: str, name: str, password: str) -> None:
    url = SwitchUrl.parse(text)

    assert (url.name, url.password) == (name, password)
    assert SwitchUrl.parse(url.with_password) == url


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("Switch.Example", "switch.example:8021"),
        ("switch.example.:8021", "switch.example:8021"),
        ("LOCALHOST:8021", "127.0.0.1:8021"),
        ("[::FFFF:127.0.0.1]:8021", "127.0.0.1:8021"),
        ("[0:0:0:0:0:0:0:1]:9000", "[::1]:9000"),
    ],
)
def test_each_spelling_of_an_address_is_the_same_switch(spelling: str, name: str) -> None:
    assert SwitchUrl.parse(f"esl://:x@{spelling}").name == name
    assert canonical_name(spelling) == name
    assert canonical_name(name) == name


@pytest.mark.parametrize("text", ["", ":8021", "switch.example:99999", "switch.example:x"])
def test_what_names_no_switch_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        canonical_name(text)


def test_the_password_is_never_shown() -> None:
    url = SwitchUrl.parse("esl://:geheim@10.0.0.1:8021")

    assert "geheim" not in f"{url} {url!r}"


@pytest.mark.parametrize(
    "text", ["", "http://:geheim@h:1", "esl://h:1", "esl://:geheim@h:99999", "esl://:@h:1", "esl://:geheim%0A@h:1"]
)
def test_what_is_no_url_of_a_switch_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(ValueError, match="switch") as refusal:
        SwitchUrl.parse(text)

    assert "geheim" not in str(refusal.value)
