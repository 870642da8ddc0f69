"""Agents, users, groups and extensions in SQL."""
