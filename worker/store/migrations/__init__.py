"""Alembic's revisions: each expands the schema so that the code before it still runs."""
