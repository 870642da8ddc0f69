"""Redis: wake-ups and the rate limiter. No other package uses Redis, except Celery for its broker."""
