"""The demonstration: one campaign from PUT to CDR, on this machine, with nothing configured."""
