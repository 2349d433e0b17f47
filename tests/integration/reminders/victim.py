"""A worker that is made to be killed: ``python -m tests.integration.reminders.victim DATABASE_URL DATA_DIR PLACE``.

It reminds everybody in the database, two at once. In the transaction of that place, when all of it is written and
nothing is committed, it says so on its output and waits for its end; 0: it does what is due and ends by itself.
"""

import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.factory import create_app
from app.kernel.database import db
from app.mail.models import Letter
from app.notices import reminders
from app.notices.reminders import REMIND, Reminder
from app.people.models import Person
from tests.integration.jobs.own import NOON, Clock, worker
from tests.integration.reminders.own import GRACE, KIND, Plan
from tests.support.database import settings_for


def main(address: str, folder: Path, place: int) -> None:
    """Work until the place."""
    app = create_app(settings_for(address, folder))
    with app.app_context():
        plan = Plan(db.session.scalars(select(Person.id).order_by(Person.id)).all(), {"noon": NOON})
    app.extensions["reminders"] = (Reminder(KIND, GRACE, plan.occasions),)
    reminders.AT_ONCE = 2

    @event.listens_for(Session, "before_commit")
    def wait_for_the_end(session: Session) -> None:
        if place and session.scalar(select(func.count()).select_from(Letter)) == reminders.AT_ONCE * place:
            sys.stdout.write("middle\n")
            sys.stdout.flush()
            time.sleep(600)

    moment = NOON if place else NOON + timedelta(minutes=2)  # the lease of the one that was killed has run out
    worker(app, REMIND, now=Clock(moment)).run_due()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
