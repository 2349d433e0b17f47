"""What the page of jobs asks of the marks each time does not go through all that were ever written."""

from sqlalchemy.orm import Session

from app.notices.marks import skipped_since
from tests.integration.jobs.own import NOON
from tests.integration.mail.test_plans import plans


def test_what_came_too_late_lately_is_found_by_its_time(session: Session) -> None:
    session.connection()  # its transaction has begun
    (counted,) = plans(session, lambda session: skipped_since(session, NOON))
    assert "ix_reminder_mark_at" in counted
