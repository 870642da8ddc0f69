"""Redis, and nobody else's (Celery's broker aside)."""
