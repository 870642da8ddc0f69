"""What storing and reading an operator's records needs."""
