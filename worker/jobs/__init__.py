"""Celery, and nobody else's: the app with its timetable, names, and the queue behind the port."""
