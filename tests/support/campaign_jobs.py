"""``make campaign-jobs``: workers are killed at random moments until 30 kills hit a job, on each database.

The last line for each: ``kills K jobs N effects N duplicates 0 lost 0``; 1 when a job was lost or done twice, or when
all jobs were done before so many kills hit.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from flask_migrate import upgrade
from psycopg import connect

from tests.integration.jobs.killing import campaign
from tests.support.database import application, settings_for
from tests.support.postgres import start

JOBS, KILLS = 200, 30


def run(name: str, address: str, folder: Path) -> bool:
    """One campaign on an empty database; whether all is well."""
    seed = int(datetime.now(UTC).timestamp())
    with application(settings_for(address, folder)) as app:
        with app.app_context():
            upgrade()
        found = campaign(app, jobs=JOBS, kills=KILLS, chance=Random(seed))
    print(f"{name}: seed {seed}, {found.hit} kills hit a job, {found.fires} fires, {found.unequal} of them wrong")
    print(found, flush=True)
    return found.well


def main() -> int:
    """Both databases; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        well = run("SQLite", f"sqlite:///{folder}/jobs.sqlite", Path(folder))
        server = start()
        try:
            with connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute("CREATE DATABASE jobs TEMPLATE template0")
            well &= run("PostgreSQL", server.url.removesuffix("/postgres") + "/jobs", Path(folder))
        finally:
            server.stop()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
