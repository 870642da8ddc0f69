"""Texts of a campaign before its start: English, Vietnamese."""

from collections.abc import Mapping
from typing import Final

BEFORE: Final[Mapping[str, tuple[str, str]]] = {
    "before.title": ("If it is started now", "Nếu bắt đầu ngay"),
    "before.refused": ("It cannot be started:", "Chưa thể bắt đầu:"),
    "before.waiting": ("Leads that wait", "Khách đang chờ"),
    "before.more_than": ("more than {number}", "hơn {number}"),
    "before.first_dial": ("First dial", "Cuộc gọi đầu tiên"),
    "before.none": ("none", "không có"),
    "before.earliest": ("Done at the earliest", "Xong sớm nhất"),
    "before.likely": ("Done likely", "Dự kiến xong"),
    "before.latest": ("Done at the latest", "Xong muộn nhất"),
    "before.measured": (
        "Forecast for {channels} channels, from the latest {calls} calls: {seconds} s for each.",
        "Dự báo với {channels} kênh, theo {calls} cuộc gần nhất: {seconds} giây mỗi cuộc.",
    ),
    "before.assumed": (
        "Forecast for {channels} channels. There are {calls} calls to learn from: {seconds} s for each are assumed.",
        "Dự báo với {channels} kênh. Có {calls} cuộc để tham khảo: giả định {seconds} giây mỗi cuộc.",
    ),
    "before.later": ("It ends later: not all leads were counted.", "Sẽ xong muộn hơn: chưa đếm hết khách."),
    "before.skipped": ("Who will be skipped", "Khách sẽ bị bỏ qua"),
    "before.not_set_up": (
        "{leads} on {network}: no channel in the campaign or on its carrier.",
        "{leads} khách mạng {network}: chiến dịch hoặc nhà mạng kết nối chưa có kênh.",
    ),
    "before.listed": ("{leads} of {of}: on the do-not-call list.", "{leads}/{of} khách: trong danh sách không gọi."),
    "before.listed_part": (
        "{leads} of the first {of}: on the do-not-call list.",
        "{leads}/{of} khách đầu tiên: trong danh sách không gọi.",
    ),
    "before.unspoken": (
        "{leads} of the first {of}: a value that the template reads is missing.",
        "{leads}/{of} khách đầu tiên: thiếu giá trị mà mẫu phải đọc.",
    ),
    "before.soundless": (
        "{leads} of the first {of} wait until their sounds are rendered.",
        "{leads}/{of} khách đầu tiên phải chờ tạo xong lời thoại.",
    ),
    "before.nobody": ("Nobody of the {of} looked at.", "Không ai trong {of} khách đã kiểm tra."),
}
