"""The names of tasks and queues, as operators see them in Flower."""

from typing import Final

PLAN_CARRIER: Final = "callbeat.plan_carrier"
PLACE_CALLS: Final = "callbeat.place_calls"
DELIVER_CALLBACKS: Final = "callbeat.deliver_callbacks"
ASK_FOR_CALLBACKS: Final = "callbeat.ask_for_callbacks"
FAN_OUT_CALLBACKS: Final = "callbeat.fan_out_callbacks"
RENDER_SOUNDS: Final = "callbeat.render_sounds"
SEND_REPORTS: Final = "callbeat.send_reports"
IMPORT_FILES: Final = "callbeat.import_files"
SWEEP: Final = "callbeat.sweep"
TICK: Final = "callbeat.tick"

PLAN: Final = "plan"
CALLS: Final = "calls"
CALLBACKS: Final = "callbacks"
SPEECH: Final = "speech"
IMPORTS: Final = "imports"
MAINTENANCE: Final = "maintenance"

QUEUE_OF: Final = {
    PLAN_CARRIER: PLAN,
    PLACE_CALLS: CALLS,
    DELIVER_CALLBACKS: CALLBACKS,
    ASK_FOR_CALLBACKS: CALLBACKS,
    FAN_OUT_CALLBACKS: CALLBACKS,
    SEND_REPORTS: CALLBACKS,
    RENDER_SOUNDS: SPEECH,
    IMPORT_FILES: IMPORTS,
    SWEEP: MAINTENANCE,
    TICK: MAINTENANCE,
}
