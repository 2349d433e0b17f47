"""Workers that are made to be killed: ``python -m tests.integration.jobs.victim DATABASE_URL DATA_DIR``.

Each line on its input starts one more worker, a child that says its process in one line of output when it has begun.
All modules are loaded once, before the first fork, so that a worker starts fast.
"""

import os
import signal
import sys
import time
from datetime import UTC, timedelta
from pathlib import Path
from random import uniform

from apscheduler.triggers.cron import CronTrigger
from flask import Flask

from app.factory import create_app
from app.jobs.enums import Missed
from app.jobs.kinds import JobKind, Registry, Trigger
from app.jobs.work import Work
from app.jobs.worker import Worker
from app.kernel.words import Message
from app.people.models import Person
from tests.support.database import settings_for

LEASE = timedelta(seconds=2)


def _slowly(work: Work, *, mark: str) -> None:
    with work.step(progress=1, total=2, said=Message(str(os.getpid()))):
        pass
    time.sleep(uniform(0.2, 0.4))
    with work.finish() as session:
        session.add(Person(search_key=mark, sort_key=mark))


def _ticked(work: Work) -> None:
    with work.finish() as session:
        session.add(Person(search_key=work.claim.key, sort_key=work.claim.key))


SLOWLY = JobKind("tests.slowly", Message("Leave a mark slowly"), _slowly)
TICKED = JobKind("tests.ticked", Message("Leave a mark at a time"), _ticked)
EVERY_SECOND = Trigger("tests.every_second", TICKED, CronTrigger(second="*", timezone=UTC), Missed.ALL)


def work(app: Flask) -> None:
    """Carry jobs out until killed."""
    app.extensions["jobs"] = Registry([SLOWLY], [EVERY_SECOND])
    Worker(app, lease=LEASE).start()
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    while True:
        signal.pause()


def main(address: str, folder: Path) -> None:
    """Fork a worker for each line; when the input ends, so does this."""
    app = create_app(settings_for(address, folder))
    for _line in sys.stdin:
        if os.fork() == 0:
            work(app)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
