"""Repositories for what operators store and read."""
