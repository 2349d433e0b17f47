"""Issuing, the register and the public check, on SQLite and PostgreSQL."""
