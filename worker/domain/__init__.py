"""Decisions: plain values in, a plain value out; no I/O, no clock, no chance."""
