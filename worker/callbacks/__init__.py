"""Callbacks over HTTP: signed, to addresses that may be reached, one POST at a time."""
