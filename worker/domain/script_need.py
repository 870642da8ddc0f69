"""What must be there before a script can be played."""

from dataclasses import dataclass

from worker.domain.script import Script
from worker.domain.script_parts import every_part
from worker.domain.speech.sounds import Rendered, Uploaded, sources_of
from worker.domain.speech.voice import Voice


@dataclass(frozen=True, slots=True)
class Need:
    """Sounds of one script, each once, in the order in which they are heard."""

    texts: tuple[Rendered, ...]
    """What is rendered for this script alone; words are in the voice's library."""
    uploads: tuple[Uploaded, ...]
    library: Voice | None
    """The voice whose library is spoken from; None when the script has no number, date or code."""


def need_of(script: Script) -> Need:
    """Return what the script may play, on every branch."""
    sources = tuple(dict.fromkeys(sources_of(every_part(script), voice=script.voice)))
    words = any(isinstance(source, Rendered) and source.is_word for source in sources)
    return Need(
        texts=tuple(source for source in sources if isinstance(source, Rendered) and not source.is_word),
        uploads=tuple(source for source in sources if isinstance(source, Uploaded)),
        library=script.voice if words else None,
    )
