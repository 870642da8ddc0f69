"""Texts of a campaign's report: English, Vietnamese."""

from typing import Final

from worker.domain.language import Texts
from worker.domain.result_words import RESULT_WORDS

REPORT_WORDS: Final[Texts] = {
    **RESULT_WORDS,
    "report": ("Campaign report", "Báo cáo chiến dịch"),
    "period": ("Period", "Thời gian"),
    "from_to": ("{start} to {end}", "{start} đến {end}"),
    "made_at": ("Made at", "Lập lúc"),
    "at_zone": ("{time} ({zone})", "{time} ({zone})"),
    "tenant": ("Account", "Tài khoản"),
    "page": ("Page {page} of {pages}", "Trang {page}/{pages}"),
    "summary": ("Summary", "Tổng quan"),
    "calls": ("Calls", "Cuộc gọi"),
    "answered": ("Answered", "Nghe máy"),
    "not_answered": ("Not answered", "Không nghe máy"),
    "answer_rate": ("Answer rate", "Tỷ lệ nghe máy"),
    "talk": ("Talk time", "Thời gian đàm thoại"),
    "duration": ("Duration of calls", "Thời lượng cuộc gọi"),
    "leads": ("Leads", "Khách"),
    "called_leads": ("Leads called", "Khách đã gọi"),
    "do_not_call": ("Do-not-call", "Không được gọi"),
    "remaining": ("Leads remaining", "Khách còn lại"),
    "leads_now": (
        "Leads are counted when the report is made, calls by the time at which they started.",
        "Khách được đếm lúc lập báo cáo, cuộc gọi được tính theo giờ bắt đầu.",
    ),
    "chart.outcomes": ("Calls by result", "Cuộc gọi theo kết quả"),
    "chart.connection": ("Connection rate", "Tỷ lệ kết nối"),
    "chart.talk_times": ("Talk time of answered calls", "Thời lượng nghe của cuộc được trả lời"),
    "chart.keys": ("Keys pressed", "Phím đã bấm"),
    "chart.networks": ("Calls by network", "Cuộc gọi theo mạng"),
    "chart.remaining": ("Leads remaining by network", "Khách còn lại theo mạng"),
    "chart.hour": ("Calls by hour", "Cuộc gọi theo giờ"),
    "chart.day": ("Calls by day", "Cuộc gọi theo ngày"),
    "chart.week": ("Calls by week", "Cuộc gọi theo tuần"),
    "chart.month": ("Calls by month", "Cuộc gọi theo tháng"),
    "causes": ("Hang-up causes", "Nguyên nhân kết thúc"),
    "cause": ("Cause", "Nguyên nhân"),
    "network": ("Network", "Mạng"),
    "result": ("Result", "Kết quả"),
    "share": ("Share", "Tỷ lệ"),
    "time": ("Time", "Thời điểm"),
    "figures": ("Figures", "Số liệu"),
    "value": ("Value", "Giá trị"),
    "no_key": ("no key", "không bấm"),
    "no_cause": ("none", "không có"),
    "no_calls": ("No call in this period.", "Không có cuộc gọi nào trong thời gian này."),
    "not_complete": (
        "Calls of an earlier release are still being counted: the figures may be too low.",
        "Các cuộc gọi từ phiên bản trước vẫn đang được đếm: số liệu có thể còn thiếu.",
    ),
}
