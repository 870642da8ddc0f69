"""``python -m worker.cli`` is ``callbeat``."""

from worker.cli.command import main

main()
