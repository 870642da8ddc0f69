"""Texts of the confirmations of a switch's drain and resumption: English, Vietnamese."""

from collections.abc import Mapping
from typing import Final

SWITCHES: Final[Mapping[str, tuple[str, str]]] = {
    "confirm.drain": ("Drain “{name}”?", "Rút cuộc gọi khỏi “{name}”?"),
    "confirm.resume": ("Resume “{name}”?", "Mở lại “{name}”?"),
    "will.no_new_calls": (
        "It gets no new calls until it is resumed, also after a restart.",
        "Tổng đài không nhận cuộc mới cho đến khi được mở lại, kể cả sau khi khởi động lại.",
    ),
    "will.others": ("New calls go to {count} others: {names}.", "Cuộc mới chuyển sang {count} tổng đài khác: {names}."),
    "will.no_other": (
        "No other switch takes calls now: nobody is dialled until one does, and planned calls wait in the queue.",
        "Hiện không có tổng đài nào khác nhận cuộc gọi: sẽ không gọi ai cho đến khi có, các cuộc đã lên lịch phải chờ.",
    ),
    "will.in_service": ("It is in service again.", "Tổng đài hoạt động trở lại."),
    "will.still_not": ("It takes no calls all the same:", "Tuy vậy tổng đài vẫn chưa nhận cuộc gọi:"),
    "will.take_calls": (
        "It gets new calls at once, beside the {calls} that are up on it.",
        "Tổng đài nhận cuộc mới ngay, bên cạnh {calls} cuộc đang diễn ra.",
    ),
    "yes.drain": ("Yes, drain", "Đồng ý, rút"),
    "yes.resume": ("Yes, resume", "Đồng ý, mở lại"),
}
