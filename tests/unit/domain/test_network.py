"""Phone numbers: one stored form, and the network of each prefix."""

import pytest

from worker.domain.network import Network, NotDialable, PhoneNumber, parse_phone_number


@pytest.mark.parametrize(
    "text",
    ["0981234567", "84981234567", "+84981234567", "0084981234567", "098 123 45 67", "098.123.4567", "098-123-4567"],
)
def test_every_way_of_writing_gives_one_form(text: str) -> None:
    assert parse_phone_number(text) == PhoneNumber("0981234567", Network.VIETTEL)


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("0321234567", Network.VIETTEL),
        ("0861234567", Network.VIETTEL),
        ("0701234567", Network.MOBI),
        ("0901234567", Network.MOBI),
        ("0811234567", Network.VINA),
        ("0941234567", Network.VINA),
        ("0871234567", Network.OFFNET),
        ("0991234567", None),
        ("0993234567", Network.OFFNET),
        ("0591234567", Network.OFFNET),
        ("0551234567", Network.OFFNET),
        ("0921234567", Network.OFFNET),
        ("02412345678", Network.TEL),
        ("02031234567", Network.TEL),
    ],
)
def test_the_longest_prefix_names_the_network(text: str, network: Network | None) -> None:
    if network is None:
        with pytest.raises(NotDialable):
            parse_phone_number(text)
    else:
        assert parse_phone_number(text).network is network


@pytest.mark.parametrize(
    ("old", "new"), [("01681234567", "0381234567"), ("01201234567", "0701234567"), ("01991234567", "0591234567")]
)
def test_an_eleven_digit_mobile_is_converted(old: str, new: str) -> None:
    assert parse_phone_number(old).national == new


@pytest.mark.parametrize(
    "text",
    ["", "113", "18001234", "19001234", "0123", "098123456", "09812345678", "0|81234567", "84841234", "+1 212 555 0100",
     "٠٩٨١٢٣٤٥٦٧", "0981234567x", "0" * 40, "0201234567", "02171234567", "06912345678"],
)  # fmt: skip
def test_what_no_campaign_may_dial_is_refused(text: str) -> None:
    with pytest.raises(NotDialable):
        parse_phone_number(text)
