"""How migrations run: against the application's engine, online only."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, TypeDecorator, text

from app.kernel.base import Base
from app.kernel.database import db


def plain(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as what they are in the database: a migration must not need today's code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        implementation = repr(item.impl_instance).replace("none_as_null=True", "")
        return f"sa.{implementation}"
    return False


SETTINGS: dict[str, Any] = {
    "render_item": plain,
    "compare_type": True,
    "compare_server_default": False,
    "render_as_batch": False,
    "transactional_ddl": True,
}


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
    with db.engine.connect() as fresh:
        run(fresh)
