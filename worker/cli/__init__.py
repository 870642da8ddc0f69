"""The ``callbeat`` command."""

from worker.cli.command import main

__all__ = ["main"]
