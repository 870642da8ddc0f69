"""Callbacks that are written in the transaction that makes them true."""
