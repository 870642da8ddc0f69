"""SQLAlchemy, and nobody else's: tables, queries, transactions."""
