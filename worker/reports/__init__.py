"""Writes reports as HTML, PDF and workbooks."""
