"""The HTTP API: one router for each thing, an endpoint makes one call."""
