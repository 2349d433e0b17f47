"""What pages and checks ask of the outbox again and again does not go through all the letters that were ever sent."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.mail import outbox
from app.mail.models import Letter
from app.mail.queries import Scope, late_since, letters_page, standing
from app.mail.queries.letters import state_counts
from tests.integration.mail.own import NOON, draft, post_welcome, somebody

LATER = NOON + timedelta(hours=1)


def plans(session: Session, ask: Callable[[Session], object]) -> list[str]:
    """How the database would go about each statement, were the tables large."""
    sent: list[tuple[str, object]] = []

    def hear(_connection: object, _cursor: object, statement: str, given: object, *_rest: object) -> None:
        sent.append((statement, given))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        ask(session)
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    connection = session.connection()
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        explain = "EXPLAIN"
        session.execute(text("SET LOCAL enable_seqscan = off"))  # what it would do anyway with more than a page of rows
        session.execute(text("SET LOCAL enable_bitmapscan = off"))
    found = [connection.exec_driver_sql(f"{explain} {statement}", given).all() for statement, given in sent]  # type: ignore[arg-type]  # as they were given
    return ["\n".join(str(row[-1]) for row in rows) for rows in found]


@pytest.fixture
def letters(session: Session) -> Session:
    """One letter that is late, and one that was sent."""
    post_welcome(session, draft(), draft(somebody(2)))
    outbox.mark_sent(session, session.scalars(select(Letter.id).order_by(Letter.id.desc())).first() or 0, now=NOON)
    return session


def test_readiness_looks_at_the_last_letters_only(letters: Session) -> None:
    oldest, lately, _trouble = plans(letters, lambda session: late_since(session, now=LATER))
    assert "ix_letter_state_due_at" in oldest
    assert "ix_letter_sent_at" in lately


def test_the_last_letter_is_found_at_the_end_of_an_index(letters: Session) -> None:
    last, _trouble = plans(letters, lambda session: standing(session, None, now=LATER))
    assert "ix_letter_sent_at" in last
    assert "mailing" not in last


def test_letters_are_counted_in_an_index_once(letters: Session) -> None:
    (counted,) = plans(letters, lambda session: state_counts(session, None))
    assert any(
        name in counted for name in ("COVERING INDEX ix_letter_state_", "Index Only Scan using ix_letter_state_")
    )
    assert "mailing" not in counted
    listed = plans(letters, lambda session: letters_page(session, None, state=None, text="", number=1))
    assert len(listed) == 3


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # PostgreSQL goes by how many rows there are
def test_the_letters_of_a_place_are_found_by_its_mailings(letters: Session) -> None:
    place = Scope(ScopeKind.COHORT, 1)
    last, _trouble = plans(letters, lambda session: standing(session, place, now=LATER))
    (counted,) = plans(letters, lambda session: state_counts(session, place))
    for plan in (last, counted):
        assert "ix_mailing_scope_scope_id" in plan
        assert "ix_letter_mailing_id" in plan
