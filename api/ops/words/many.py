"""Texts of what is done to all campaigns that match: English, Vietnamese."""

from collections.abc import Mapping
from typing import Final

MANY: Final[Mapping[str, tuple[str, str]]] = {
    "many": ("All that match:", "Tất cả mục phù hợp:"),
    "many.pause": ("Pause", "Tạm dừng"),
    "many.resume": ("Resume", "Gọi tiếp"),
    "many.limits": ("Change limits", "Sửa giới hạn"),
    "many.confirm.pause": ("Pause {count} campaigns?", "Tạm dừng {count} chiến dịch?"),
    "many.confirm.resume": ("Resume {count} paused campaigns?", "Gọi tiếp {count} chiến dịch đang tạm dừng?"),
    "many.confirm.limits": ("Change the limits of {count} campaigns", "Sửa giới hạn của {count} chiến dịch"),
    "many.matching": ("{count} campaigns match", "{count} chiến dịch phù hợp"),
    "many.search": ("search “{search}”", "tìm “{search}”"),
    "many.first": ("The first ones:", "Các chiến dịch đầu tiên:"),
    "many.more": ("and {count} more", "và {count} chiến dịch khác"),
    "many.stay.pause": (
        "{count} of them stay as they are: they do not run.",
        "{count} trong số đó giữ nguyên vì không đang chạy.",
    ),
    "many.stay.resume": (
        "{count} of them stay as they are: they are not paused. A stopped campaign is started on its own page.",
        "{count} trong số đó giữ nguyên vì không tạm dừng. Chiến dịch đã dừng được bắt đầu ở trang riêng.",
    ),
    "many.will.goes_on": (
        "Each goes on by itself when its next window opens; one without a window stays paused.",
        "Mỗi chiến dịch tự gọi tiếp khi khung giờ kế tiếp mở; chiến dịch không có khung giờ vẫn tạm dừng.",
    ),
    "many.will.dial": (
        "Each dials again at once, inside its windows, in the same run.",
        "Mỗi chiến dịch gọi lại ngay trong khung giờ của mình, vẫn cùng lượt chạy.",
    ),
    "many.will.limits": (
        "An empty field stays as it is in each campaign. Lower limits hold for the next dial; calls that are up go on.",
        "Ô trống giữ nguyên ở từng chiến dịch. Giới hạn thấp hơn có hiệu lực từ cuộc kế tiếp; cuộc đang gọi vẫn tiếp.",
    ),
    "many.none": ("No campaign that matches can be changed so.", "Không có chiến dịch phù hợp nào cần thay đổi."),
    "many.too_many": (
        "Only the first {most} are changed at once. Repeat it for the others.",
        "Mỗi lần chỉ thay đổi {most} chiến dịch đầu tiên. Hãy lặp lại cho phần còn lại.",
    ),
    "many.yes.pause": ("Yes, pause them", "Đồng ý, tạm dừng"),
    "many.yes.resume": ("Yes, resume them", "Đồng ý, gọi tiếp"),
    "many.yes.limits": ("Change them", "Thay đổi"),
    "many.no_limit_named": ("Name at least one limit.", "Hãy nhập ít nhất một giới hạn."),
    "many.done.pause": ("{count} of {total} campaigns are paused.", "Đã tạm dừng {count}/{total} chiến dịch."),
    "many.done.resume": ("{count} of {total} campaigns are resumed.", "Đã gọi tiếp {count}/{total} chiến dịch."),
    "many.done.limits": ("{count} of {total} campaigns are changed.", "Đã thay đổi {count}/{total} chiến dịch."),
    "many.unchanged": (
        "{count} stayed as they are: there was nothing to change.",
        "{count} chiến dịch giữ nguyên vì không có gì để thay đổi.",
    ),
    "many.refused": ("{count} refused", "{count} bị từ chối"),
    "many.gone": ("It does not exist any more", "Không còn tồn tại"),
    "many.left": (
        "{count} were not begun within {seconds} seconds.",
        "{count} chiến dịch chưa được xử lý trong {seconds} giây.",
    ),
    "many.go_on": ("Go on with them", "Xử lý tiếp"),
    "many.see": ("Back to the list", "Về danh sách"),
}
