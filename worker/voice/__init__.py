"""The process that speaks with callees: switches connect to it when somebody answers."""
