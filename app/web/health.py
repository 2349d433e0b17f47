"""Whether this installation can work: one short reason for each thing that is wrong, nothing that helps an attacker."""

import os
import re
from datetime import timedelta
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from app.jobs.kinds import Registry
from app.jobs.queries import alive, unknown_kinds, workers_seen
from app.kernel import clock
from app.kernel.database import db
from app.mail.queries import late_since
from app.mail.transports import FOLDER as MAIL_FOLDER
from app.settings import Settings

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
LONGEST_STRANGE = timedelta(minutes=5)  # while releases change, the old workers meet jobs of the new one
EMAIL = re.compile(r"\S+@\S+")
LEAST_FREE = 100 * 1024 * 1024  # bytes: below this issuing and rendering would soon fail


def migration_head() -> str | None:
    """The newest migration of this code."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()


def _of_jobs() -> list[str]:
    """Whether somebody carries jobs out. Those that failed are for a person to look at, and make nothing unfit."""
    found = []
    now = clock.now()
    registry: Registry = current_app.extensions["jobs"]
    session = db.session()
    workers = workers_seen(session)
    strange = unknown_kinds(session, known=registry.kinds.keys(), before=now - LONGEST_STRANGE)
    if not workers:
        found.append("no worker runs: start one with flask worker, or serve with flask serve")
    elif not alive(workers, now=now):
        found.append(f"no worker has been seen since {workers[0].seen_at:%Y-%m-%d %H:%M} UTC")
    if strange:
        found.append(f"jobs wait that no worker of this release knows: {', '.join(strange)}")
    return found


def _of_mail(settings: Settings) -> list[str]:
    """Whether letters leave, and why not; nobody's address is told."""
    found = []
    late = late_since(db.session(), now=clock.now())
    if late is not None:
        since, reason = late
        why = EMAIL.sub("…", str(reason)) if reason else "no worker has tried"
        found.append(f"letters have been waiting since {since:%Y-%m-%d %H:%M} UTC: {why}")
    folder = settings.DATA_DIR / MAIL_FOLDER
    if settings.mail_server is None and folder.exists() and not os.access(folder, os.W_OK):
        found.append("the folder of letters cannot be written")
    return found


def problems(settings: Settings) -> list[str]:
    """What keeps this installation from working; empty when nothing does."""
    found = []
    try:
        with db.engine.connect() as connection:
            at = MigrationContext.configure(connection).get_current_revision()
        if at == migration_head():
            found += [*_of_jobs(), *_of_mail(settings)]
        else:
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
