"""The PUT body that a documented client sends, word for word."""

import json
from typing import Any

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def seed_body() -> dict[str, Any]:
    """Give the body as a client would parse it from its own file."""
    return dict(json.loads(_TEXT), schedules=[_row()])


def _row() -> dict[str, int]:
    return {
        f"{day}_{edge}_time": 28_800_000_000_000 if edge == "start" else 75_600_000_000_000
        for day in DAYS
        for edge in ("start", "end")
    }


_TEXT = """{
"campaign_uuid": "c2da23c0-9739-4287-828a-7b15cf0fb19e",
"campaign_name": "AutocallAudio",
"type": "autocall",
"description": "",
"active": true,
"concurrent_call": 5,
"carrier_uuid": "a18b400f-d487-4e17-b5e7-eba5fe6fa54f",
"template_uuid": "5f427552-857e-4939-8edf-cbd0f1ef6842",
"recall_times": 3,
"limit_recall_duration": 0,
"schedule_recall": "minute",
"schedule_recall_duration": 1,
"answer_callback_url": "",
"status": "stop",
"created_at": "2023-03-06T16:27:17.784242+07:00",
"updated_at": "2023-03-06T16:27:17.784242+07:00",
"template_name": "",
"carrier_name": "",
"mode_call": "direct",
"network": {"viettel": 0, "mobi": 0, "vina": 0, "tel": 0, "offnet": 0},
"run_id": "",
"type_autocall": "autocall_audio",
"call_timeout": 60,
"domain_name": "",
"users": [],
"groups": [],
"statuses": [],
"schedules": [],
"priority_recall": "normal",
"recall_status": [
"busy", "failed", "no-answered", "not-available", "voicemail", "invalid-number", "phone-block", "congestion"
],
"enable_encrypt": false,
"callback_url": "",
"orig_campaign_uuid": ""
}"""
