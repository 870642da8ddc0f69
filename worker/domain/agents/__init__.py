"""Agents: who is ready to talk, and how many calls may ring for them."""
