"""The connection, the tables, column types and where PostgreSQL and SQLite differ."""
