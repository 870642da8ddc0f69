"""Texts of the page that asks for a report: English, Vietnamese."""

from typing import Final

from worker.domain.language import Texts

REPORTS: Final[Texts] = {
    "report.report": ("Report", "Báo cáo"),
    "report.of": ("Report of “{name}”", "Báo cáo của “{name}”"),
    "report.first": ("First day", "Từ ngày"),
    "report.last": ("Last day", "Đến ngày"),
    "report.language": ("Language of the report", "Ngôn ngữ báo cáo"),
    "report.html": ("Open as a page", "Mở dạng trang"),
    "report.pdf": ("PDF", "PDF"),
    "report.xlsx": ("Excel with charts", "Excel kèm biểu đồ"),
    "report.said": (
        "Results, connection rate, talk times, keys, networks, causes, and calls over time; no number of a person.",
        "Kết quả, tỷ lệ kết nối, thời lượng, phím, mạng, nguyên nhân, cuộc gọi theo thời gian; không có số điện thoại.",
    ),
    "report.unsent": ("Daily reports that were not sent", "Báo cáo hằng ngày chưa gửi được"),
    "report.day": ("Day", "Ngày"),
    "report.address": ("To", "Gửi đến"),
    "report.next": ("Next attempt", "Lần thử kế tiếp"),
    "report.pending": ("is tried again", "đang thử lại"),
    "report.dead": ("given up", "đã bỏ"),
    "language.en": ("English", "English"),
    "language.vi": ("Tiếng Việt", "Tiếng Việt"),
}
