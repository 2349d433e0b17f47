"""Issuing under kill -9: a real server is killed while it approves 81 certificates, 20 times on each database.

Prints what was left: batches issued in part, acknowledged issues lost, numbers missing or given twice, complaints of
the register's own check; all four must be 0. ``none`` and ``all``: how many kills left nothing and how many everything.
"""

import sys
import tempfile
from pathlib import Path

from flask_migrate import upgrade
from psycopg import connect

from tests.integration.hostile.killing import Outcome, campaign
from tests.support.database import application, settings_for
from tests.support.postgres import start

KILLS, PEOPLE = 20, 81
MOMENTS = tuple(0.4 + place / KILLS for place in range(KILLS))  # the transaction is in the second half of a request


def run(address: str, folder: Path) -> Outcome:
    """One campaign on an empty database."""
    with application(settings_for(address, folder)) as app:
        with app.app_context():
            upgrade()
        return campaign(app, moments=MOMENTS, people=PEOPLE)


def report(name: str, outcome: Outcome) -> bool:
    """Print the figures; whether all is well."""
    for complaint in outcome.complaints:
        print(complaint)
    wrong = {
        "partial": outcome.partial,
        "lost": outcome.lost,
        "gaps": outcome.gaps,
        "complaints": len(outcome.complaints),
    }
    for what, count in wrong.items():
        print(f"kill_issuing_{name}_{what} {count} of_{KILLS}_kills")
    print(f"kill_issuing_{name}_none {outcome.survived} kills")
    print(f"kill_issuing_{name}_all {KILLS - outcome.survived} kills")
    return not any(wrong.values())


def main() -> int:
    """Both databases."""
    with tempfile.TemporaryDirectory() as folder:
        well = report("sqlite", run(f"sqlite:///{folder}/kill.sqlite", Path(folder)))
        server = start()
        try:
            with connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute("CREATE DATABASE kill TEMPLATE template0")
            well &= report("postgresql", run(server.url.removesuffix("/postgres") + "/kill", Path(folder)))
        finally:
            server.stop()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
