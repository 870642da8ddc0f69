"""Agents: the people to whom callees are connected, who is ready to talk, and how many calls may ring for them."""
