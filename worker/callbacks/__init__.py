"""Sends one callback by HTTP POST: signed, and only to permitted addresses."""
