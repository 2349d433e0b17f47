"""Telling 10,000 people something: seconds of one act on each database, commit included; the best of three.

It reads who they are, and writes a notice and a letter for each. Their names stand in the text: nothing is shared.
"""

import sys
import tempfile
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from app.accounts.models import User
from app.kernel.tri import Tri
from app.kernel.unit import unit_of_work
from bench._databases import databases, fresh
from tests.integration.cohorts.announcing import crowd, send
from tests.integration.cohorts.world import World, make_world

PEOPLE, ROUNDS = 10_000, 3
TEXT = Tri(kk="Құрметті {name}! " + "Кездесу ертең сағат 10:00-де. " * 20)


def prepare(app: Flask) -> None:
    """The programmes of the tests, and the people in a cohort."""
    with app.app_context(), unit_of_work() as session:
        crowd(make_world(session), PEOPLE)


def tell(app: Flask) -> tuple[float, float]:
    """Seconds to tell them all something, and those of them that this process worked."""
    with app.app_context():
        begin, worked = time.perf_counter(), time.process_time()
        with unit_of_work() as session:
            user = session.scalars(select(User).where(User.email == "coordinator@example.org")).one()
            send(World(session, {"coordinator": user}), title=Tri(kk="Кездесу"), body=TEXT)
        return time.perf_counter() - begin, time.process_time() - worked


def main() -> int:
    """Both databases."""
    with tempfile.TemporaryDirectory() as name, databases(Path(name), "announcements") as addresses:
        for kind, address in addresses.items():
            with fresh(address, Path(name)) as app:
                prepare(app)
                spent = [tell(app) for _ in range(ROUNDS)]
            print(f"announce_{kind} {min(wall for wall, _ in spent):.2f} s_for_{PEOPLE}")
            print(f"announce_{kind}_cpu {min(cpu for _, cpu in spent):.2f} s_for_{PEOPLE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
