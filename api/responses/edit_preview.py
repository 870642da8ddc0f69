"""What an edit would change, as clients read it."""

from api.responses.campaign import campaign_shape
from api.timestamps import rfc3339
from worker.domain.json_value import Json
from worker.usecases.records.preview_edit import EditPreview

_OF_EVERY_EDIT = frozenset({"revision", "updated_at"})


def edit_preview_shape(found: EditPreview, *, zone: str) -> dict[str, Json]:
    """Return each setting that would change, the calls that would be cancelled, the next dial, and the channels."""
    before = campaign_shape(found.before, zone=zone)
    after = campaign_shape(found.saved.settings, zone=zone)
    return {
        "dry_run": True,
        "changes": {
            name: {"before": before[name], "after": after[name]}
            for name in after
            if name not in _OF_EVERY_EDIT and before[name] != after[name]
        },
        "calls_cancelled": sum(found.cancelled.values()),
        "cancelled_by": {reason.value: calls for reason, calls in found.cancelled.items()},
        "next_dial_at": None if found.next_dial_at is None else rfc3339(found.next_dial_at, zone=zone),
        "channels": {
            network.value: {"before": old, "after": new, "gained": new - old}
            for network, (old, new) in found.channels.items()
        },
    }
