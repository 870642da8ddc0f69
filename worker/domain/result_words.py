"""Names of networks, outcomes and talk times: English, Vietnamese."""

from typing import Final

from worker.domain.language import Texts

RESULT_WORDS: Final[Texts] = {
    "network.viettel": ("Viettel", "Viettel"),
    "network.mobi": ("MobiFone", "MobiFone"),
    "network.vina": ("VinaPhone", "VinaPhone"),
    "network.tel": ("Fixed lines", "Cố định"),
    "network.offnet": ("Other networks", "Mạng khác"),
    "outcome.answered": ("answered", "nghe máy"),
    "outcome.busy": ("busy", "máy bận"),
    "outcome.no-answered": ("no answer", "không nghe máy"),
    "outcome.not-available": ("not available", "không liên lạc được"),
    "outcome.voicemail": ("voicemail", "hộp thư thoại"),
    "outcome.invalid-number": ("invalid number", "số không đúng"),
    "outcome.phone-block": ("blocked", "chặn cuộc gọi"),
    "outcome.congestion": ("congestion", "nghẽn mạng"),
    "outcome.failed": ("failed", "lỗi"),
    "talk.under_5": ("under 5 s", "dưới 5 giây"),
    "talk.from_5_to_15": ("5 to 15 s", "5 đến 15 giây"),
    "talk.from_15_to_30": ("15 to 30 s", "15 đến 30 giây"),
    "talk.over_30": ("over 30 s", "trên 30 giây"),
}
