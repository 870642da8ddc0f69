"""An application that a voice process asks for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Execution:
    """Its name and argument, and the id with which its end is reported."""

    name: str
    argument: str
    uuid: str

    def ended(self, response: str) -> dict[str, str]:
        """Return the headers by which its end is reported."""
        return {
            "Application": self.name,
            "Application-Data": self.argument,
            "Application-Response": response,
            "Application-UUID": self.uuid,
        }
