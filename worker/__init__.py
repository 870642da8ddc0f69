"""Callbeat's planner, dispatcher and everything that drives calls."""
