"""Decisions: pure functions from plain values to a plain value, without I/O, clock or random numbers."""
