"""Where a switch finds sounds: in a folder that it shares, or at an address."""

from typing_extensions import override

from worker.ports.sounds import SoundPlaces
from worker.sounds.folder import SUFFIX, path_in

_SILENCE = "s"


class Places(SoundPlaces):
    """Paths in a folder as the switch sees it, or addresses below a URL; silence is made by the switch itself."""

    def __init__(self, base: str) -> None:
        """Use a folder, or an address that begins with ``http://``, ``https://`` or ``http_cache://``."""
        self._base = base.rstrip("/")

    @override
    def place(self, name: str) -> str:
        if name.startswith(_SILENCE):
            return f"silence_stream://{int(name[1:])}"
        path = path_in(self._base, name)
        return path if self._base.startswith("/") else f"{self._base}/{name}{SUFFIX}"
