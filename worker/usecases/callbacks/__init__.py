"""Deliver what the outbox holds; subscribe to it, read it, replay it."""
