"""A worker process of the benchmark of jobs: ``python -m bench._jobs_worker DATABASE_URL DATA_DIR``.

It says in a line that it is ready; then each line on its input lets it work, and the next one lets it stop.
"""

import sys
import time
from pathlib import Path

from app.factory import create_app
from app.jobs.kinds import JobKind, Registry
from app.jobs.work import Work
from app.jobs.worker import Worker
from app.kernel.words import Message
from app.people.models import Person
from tests.support.database import settings_for

WAIT = 0.02  # seconds


def _wait(_work: Work) -> None:
    time.sleep(WAIT)


def _note(work: Work) -> None:
    begun = work.clock()
    with work.finish() as session:
        session.add(Person(search_key=work.claim.key, sort_key=begun.isoformat()))


WAITING = JobKind("bench.wait", Message("Wait 20 ms"), _wait)
NOTING = JobKind("bench.note", Message("Note when it began"), _note)


def main(address: str, folder: Path) -> None:
    """Work whenever one is told to."""
    app = create_app(settings_for(address, folder))
    app.extensions["jobs"] = Registry([WAITING, NOTING], [])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while sys.stdin.readline():
        worker = Worker(app)
        worker.start()
        sys.stdin.readline()
        worker.stop()
        sys.stdout.write("stopped\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
