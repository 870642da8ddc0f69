"""What delivering and reading callbacks needs."""
