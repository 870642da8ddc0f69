"""Repositories for planning, dialling and settling calls."""
