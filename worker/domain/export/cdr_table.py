"""A CDR as a row of a table."""

from typing import Final

from worker.domain.cdr import Cdr
from worker.domain.export.cells import Cell, LocalTimes, json_text
from worker.domain.export.table import Column
from worker.domain.recording import recording_url

COLUMNS: Final = (
    Column("id", "Call id", "Mã cuộc gọi"),
    Column("campaign_uuid", "Campaign id", "Mã chiến dịch"),
    Column("lead_uuid", "Lead id", "Mã lead"),
    Column("run_id", "Run id", "Mã lượt chạy"),
    Column("ref_id", "Reference", "Mã tham chiếu"),
    Column("attempt", "Attempt", "Lần gọi"),
    Column("to_number", "Phone number", "Số điện thoại"),
    Column("network", "Network", "Nhà mạng"),
    Column("from_number", "Caller id", "Đầu số"),
    Column("status", "Result", "Kết quả"),
    Column("cause", "Hang-up cause", "Lý do kết thúc"),
    Column("counted", "Counts as an attempt", "Tính lần gọi"),
    Column("time_started", "Started", "Bắt đầu"),
    Column("time_ringging", "Ringing", "Đổ chuông"),
    Column("time_answered", "Answered", "Trả lời"),
    Column("time_ended", "Ended", "Kết thúc"),
    Column("duration", "Duration (s)", "Thời lượng (giây)"),
    Column("billsec", "Talk time (s)", "Thời gian đàm thoại (giây)"),
    Column("press_key", "Keys", "Phím bấm"),
    Column("sip_hangup_disposition", "Hung up by", "Bên kết thúc"),
    Column("sip_call_id", "SIP call id", "Mã SIP"),
    Column("recording_url", "Recording", "Ghi âm"),
    Column("additional", "Lead data", "Dữ liệu khách hàng"),
)


def cdr_row(cdr: Cdr, *, times: LocalTimes) -> list[Cell]:
    """Return the cells of a CDR, in the order of the columns."""
    return [
        str(cdr.call_id),
        str(cdr.campaign_id),
        str(cdr.lead_id),
        "" if cdr.run_id is None else str(cdr.run_id),
        cdr.ref_id,
        cdr.attempt,
        str(cdr.phone),
        cdr.network.value,
        cdr.caller_id,
        "" if cdr.outcome is None else cdr.outcome.value,
        cdr.cause,
        "true" if cdr.counted else "false",
        times.text(cdr.started_at),
        times.text(cdr.ringing_at),
        times.text(cdr.answered_at),
        times.text(cdr.ended_at),
        cdr.duration,
        cdr.billsec,
        "".join(press.digit for press in cdr.pressed),
        cdr.hangup_disposition,
        cdr.sip_call_id,
        recording_url(cdr.recording),
        json_text(cdr.additional),
    ]
