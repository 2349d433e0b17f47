"""A worker that sends letters and is made to be killed: ``python -m … DATABASE_URL DATA_DIR PORT``.

Each line on its input starts one more, a child that says its process when it has begun.
"""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from app.factory import create_app
from app.jobs.worker import Worker
from app.mail.delivering import EVERY_MINUTE
from tests.integration.jobs.own import worker
from tests.support.database import settings_for

LEASE = timedelta(seconds=2)


def work(hand: Worker) -> None:
    """Send letters until killed."""
    hand.start()
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    while True:
        signal.pause()


def main(address: str, folder: Path, port: str) -> None:
    """Fork a worker for each line; when the input ends, so does this."""
    app = create_app(settings_for(address, folder, MAIL_URL=f"smtp://127.0.0.1:{port}"))
    for _line in sys.stdin:
        if os.fork() == 0:
            work(worker(app, triggers=[EVERY_MINUTE], lease=LEASE))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
