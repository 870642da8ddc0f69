"""Callbeat without its HTTP API: planning, dialling, callbacks, records, and the command line."""
