"""Celery: the app with its schedule, the names of tasks and queues, and the job queue. No other package sends tasks."""
