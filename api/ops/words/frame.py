"""Texts of the frame and of problems: English, Vietnamese."""

from collections.abc import Mapping
from typing import Final

FRAME: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("Callbeat operations", "Điều hành Callbeat"),
    "skip": ("Skip to the content", "Đến nội dung chính"),
    "menu": ("Pages", "Các trang"),
    "campaigns": ("Campaigns", "Chiến dịch"),
    "language": ("Language", "Ngôn ngữ"),
    "colours": ("Colours", "Màu sắc"),
    "auto": ("As the system", "Theo hệ thống"),
    "light": ("Light", "Sáng"),
    "dark": ("Dark", "Tối"),
    "log_in": ("Log in", "Đăng nhập"),
    "log_out": ("Log out", "Đăng xuất"),
    "token": ("API key or access token", "Khoá API hoặc mã truy cập"),
    "token_help": (
        "The same as for the API. The session ends with it, after 24 hours at the latest.",
        "Giống như với API. Phiên kết thúc cùng với nó, chậm nhất sau 24 giờ.",
    ),
    "wrong_token": ("This key is not valid.", "Khoá này không hợp lệ."),
    "too_many": (
        "Too many failed log-ins. Try again in {seconds} seconds.",
        "Đăng nhập sai quá nhiều lần. Hãy thử lại sau {seconds} giây.",
    ),
    "logged_in_as": ("Logged in as {name} ({role}) of {tenant}", "Đang đăng nhập: {name} ({role}) của {tenant}"),
    "installation": ("the installation's token", "mã của hệ thống"),
    "unnamed": ("a key without a name", "một khoá không tên"),
    "role.read-only": ("read only", "chỉ xem"),
    "role.operator": ("operator", "điều hành"),
    "role.admin": ("admin", "quản trị"),
    "live": ("Live", "Trực tiếp"),
    "lost": ("Connection lost: the figures are old.", "Mất kết nối: số liệu đã cũ."),
    "trouble": (
        "The database does not answer: the figures are old.",
        "Cơ sở dữ liệu không trả lời: số liệu đã cũ.",
    ),
    "held": (
        "All dialling is held since {since}: {why}. Calls that are up go on. `callbeat release` ends it.",
        "Mọi cuộc gọi ra bị tạm giữ từ {since}: {why}. Cuộc đang gọi vẫn tiếp tục. `callbeat release` sẽ mở lại.",
    ),
    "back": ("Back", "Quay lại"),
    "problem.403": ("Your role does not allow this", "Vai trò của bạn không được phép làm việc này"),
    "problem.404": ("There is no such page", "Không có trang này"),
    "problem.409": ("This contradicts what is stored", "Điều này mâu thuẫn với dữ liệu đã lưu"),
    "problem.412": ("Somebody else changed it meanwhile", "Người khác vừa thay đổi mục này"),
    "problem.429": ("Too many requests", "Quá nhiều yêu cầu"),
    "problem.400": ("This cannot be done", "Không thể thực hiện"),
    "problem.503": ("Not now: try again in a moment", "Tạm thời chưa được: hãy thử lại sau giây lát"),
    "form_expired": (
        "The form was not from this session. Nothing was changed: go back, load the page again, and repeat.",
        "Biểu mẫu không thuộc phiên này. Chưa có gì thay đổi: hãy quay lại, tải lại trang rồi làm lại.",
    ),
}
