"""SQLAlchemy: tables, queries, transactions. No other package imports it."""
