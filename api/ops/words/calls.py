"""Texts of a campaign's calls by hour and outcome: English, Vietnamese."""

from collections.abc import Mapping
from typing import Final

CALLS: Final[Mapping[str, tuple[str, str]]] = {
    "calls.of": ("Calls of “{name}”", "Cuộc gọi của “{name}”"),
    "calls.find": ("Calls by hour and outcome", "Cuộc gọi theo giờ và kết quả"),
    "calls.from": ("Hour", "Giờ"),
    "calls.every": ("every outcome", "mọi kết quả"),
    "calls.wrong_hour": ("This is no hour: YYYY-MM-DD HH:MM.", "Giờ không hợp lệ: YYYY-MM-DD HH:MM."),
    "calls.none": ("No call ended so in this hour.", "Không có cuộc nào kết thúc như vậy trong giờ này."),
    "calls.more": (
        "These are the newest {calls}. GET /v3/cdr/export has all.",
        "Đây là {calls} cuộc mới nhất. GET /v3/cdr/export có tất cả.",
    ),
    "calls.history": ("Who changed it", "Ai đã thay đổi"),
}
