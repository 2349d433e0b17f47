"""Whether this installation can work: one short reason for each thing that is wrong, nothing that helps an attacker."""

import os
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from app.kernel.database import db
from app.settings import Settings

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
LEAST_FREE = 100 * 1024 * 1024  # bytes: below this issuing and rendering would soon fail


def migration_head() -> str | None:
    """The newest migration of this code."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()


def problems(settings: Settings) -> list[str]:
    """What keeps this installation from working; empty when nothing does."""
    found = []
    try:
        with db.engine.connect() as connection:
            at = MigrationContext.configure(connection).get_current_revision()
        if at != migration_head():
            found.append("the database is not at the newest migration")
    except SQLAlchemyError:
        found.append("the database does not answer")
    if not os.access(settings.DATA_DIR, os.W_OK):
        found.append("the data folder cannot be written")
    else:
        disk = os.statvfs(settings.DATA_DIR)
        if disk.f_bavail * disk.f_frsize < LEAST_FREE:
            found.append("the disk is nearly full")
    return found
