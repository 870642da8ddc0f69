"""Keeps sounds as files, tells where a switch finds them, and renders text."""
