"""How migrations run: against the application's engine, online only."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from app.kernel.base import Base
from app.kernel.database import db

SETTINGS = {"compare_type": True, "compare_server_default": False, "render_as_batch": False, "transactional_ddl": True}


def run(connection: Connection) -> None:
    """Run what is asked for in one transaction; SQLite checks its foreign keys at the end."""
    context.configure(connection=connection, target_metadata=Base.metadata, **SETTINGS)
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
            message = "the migration left rows that point nowhere; it was taken back"
            raise RuntimeError(message)


connection = context.config.attributes.get("connection")
if connection is not None:
    run(connection)
else:
    assert current_app  # noqa: S101 - migrations run through `flask db`, inside the application
    with db.engine.connect() as fresh:
        run(fresh)
