"""Telling 10,000 people something: seconds of one act on each database, commit included; the best of three.

It reads who they are, and writes a notice and a letter for each. Their names stand in the text: nothing is shared.
"""

import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from psycopg import connect
from sqlalchemy import select

from app.accounts.models import User
from app.kernel.tri import Tri
from app.kernel.unit import unit_of_work
from tests.integration.cohorts.announcing import crowd, send
from tests.integration.cohorts.world import World, make_world
from tests.support.database import application, settings_for
from tests.support.postgres import start

PEOPLE, ROUNDS = 10_000, 3
TEXT = Tri(kk="Құрметті {name}! " + "Кездесу ертең сағат 10:00-де. " * 20)


def prepare(app: Flask) -> None:
    """The programmes of the tests, and the people in a cohort."""
    with app.app_context():
        upgrade()
        with unit_of_work() as session:
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
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        server = start()
        stack.callback(server.stop)
        with connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE DATABASE announcements TEMPLATE template0")
        addresses = {
            "sqlite": f"sqlite:///{folder}/announcements.sqlite",
            "postgresql": server.url.removesuffix("/postgres") + "/announcements",
        }
        for kind, address in addresses.items():
            app = stack.enter_context(application(settings_for(address, folder)))
            prepare(app)
            spent = [tell(app) for _ in range(ROUNDS)]
            print(f"announce_{kind} {min(wall for wall, _ in spent):.2f} s_for_{PEOPLE}")
            print(f"announce_{kind}_cpu {min(cpu for _, cpu in spent):.2f} s_for_{PEOPLE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
