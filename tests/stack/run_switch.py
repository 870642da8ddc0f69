"""Runs the simulated switch with all options that tests may wish: ``python -m tests.stack.run_switch OPTIONS``."""

import sys

from pydantic import TypeAdapter

from worker.simulator.options import SimulatorOptions
from worker.simulator.server import run_simulator

if __name__ == "__main__":
    run_simulator(TypeAdapter(SimulatorOptions).validate_json(sys.argv[1]))
