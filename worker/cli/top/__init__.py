"""``callbeat top``: everything that dials, in one live view."""
