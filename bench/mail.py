"""Mail: writing 10,000 letters in one transaction on each database, and sending to files and to a server on loopback.

``queue``: seconds of one act that posts all letters, commit included; the best of three. ``send``: letters in a
second for one worker on SQLite, each marked in a transaction of its own, without the pause that spares real servers.
"""

import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from flask import Flask

from app.kernel import clock
from app.kernel.unit import unit_of_work
from app.mail.delivering import EVERY_MINUTE
from app.mail.server import Safety
from bench._databases import databases, fresh
from tests.integration.jobs.own import worker
from tests.integration.mail.own import draft, post_welcome, somebody
from tests.support.postbox import PLAIN, Office, Postbox

LETTERS, SENT, ROUNDS = 10_000, 500, 3


def queue(app: Flask, number: int) -> float:
    """Seconds to post so many letters."""
    drafts = [draft(somebody(place)) for place in range(number)]
    begin = time.perf_counter()
    with app.app_context(), unit_of_work() as session:
        post_welcome(session, *drafts, now=clock.now())
    return time.perf_counter() - begin


def send(app: Flask) -> float:
    """Letters in a second."""
    queue(app, SENT)
    hand = worker(app, triggers=[EVERY_MINUTE])
    begin = time.perf_counter()
    hand.run_due()
    return SENT / (time.perf_counter() - begin)


def main() -> int:
    """Both databases, both ways out."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with databases(folder, "queue") as addresses:
            for kind, address in addresses.items():
                with fresh(address, folder) as app:
                    print(f"mail_queue_{kind} {min(queue(app, LETTERS) for _ in range(ROUNDS)):.2f} s_for_{LETTERS}")
        with fresh(f"sqlite:///{folder}/files.sqlite", folder) as app:
            print(f"mail_send_files {send(app):.0f} letters/s")
        office = Office(folder)
        with office.open(Postbox(), **PLAIN), patch("app.mail.transports.time.sleep"):
            address = f"smtp://127.0.0.1:{office.server(Safety.LOOPBACK).port}"
            with fresh(f"sqlite:///{folder}/smtp.sqlite", folder, MAIL_URL=address) as app:
                print(f"mail_send_smtp {send(app):.0f} letters/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
