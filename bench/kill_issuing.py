"""Issuing under kill -9: a real server is killed while it approves 81 certificates, 20 times on each database.

Prints what was left: batches issued in part, acknowledged issues lost, numbers missing or given twice, complaints of
the register's own check; all four must be 0. ``none`` and ``all``: how many kills left nothing and how many everything.
"""

import sys
import tempfile
from pathlib import Path

from bench._databases import databases, fresh
from tests.integration.hostile.killing import Outcome, campaign

KILLS, PEOPLE = 20, 81
MOMENTS = tuple(0.4 + place / KILLS for place in range(KILLS))  # the transaction is in the second half of a request


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
    well = True
    with tempfile.TemporaryDirectory() as name, databases(Path(name), "kill") as addresses:
        for kind, address in addresses.items():
            with fresh(address, Path(name)) as app:
                well &= report(kind, campaign(app, moments=MOMENTS, people=PEOPLE))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
