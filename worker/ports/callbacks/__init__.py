"""Ports for delivering, reading and replaying callbacks."""
