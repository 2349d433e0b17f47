"""One transaction per request, migrations, and tables that are only added to."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask, abort
from flask.typing import ResponseReturnValue
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.audit.services import record
from app.kernel import clock
from app.kernel.base import Base
from app.kernel.database import db
from app.kernel.errors import ConflictError, DomainError, NotFoundError
from app.kernel.unit import keep_changes, unit_of_work
from app.kernel.words import Message
from app.web.policy import public, writes
from app.web.request import db_session, moment
from tests.support.database import Databases, application, settings_for


def note(session: Session) -> None:
    record(session, act="tests.acted", subject="test", subject_id=None, actor=None, now=clock.now())


def notes(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def fine() -> ResponseReturnValue:
    return "done"


def refused() -> ResponseReturnValue:
    return "no", 422


def counted() -> ResponseReturnValue:
    keep_changes()
    return "no", 422


def missing() -> ResponseReturnValue:
    abort(404)


def forbidden_by_the_domain() -> ResponseReturnValue:
    raise DomainError(Message("Nothing was changed."))


def out_of_reach() -> ResponseReturnValue:
    raise NotFoundError(Message("There is no such page"))


def too_late() -> ResponseReturnValue:
    raise ConflictError(Message("Nothing was changed."))


@pytest.mark.parametrize(
    ("end", "status", "kept"),
    [
        (fine, 200, 1),
        (refused, 422, 0),
        (counted, 422, 1),
        (missing, 404, 0),
        (forbidden_by_the_domain, 422, 0),
        (out_of_reach, 404, 0),
        (too_late, 409, 0),
    ],
)
def test_a_request_is_kept_whole_or_not_at_all(
    own_app: Flask, end: Callable[[], ResponseReturnValue], status: int, kept: int
) -> None:
    @writes
    @public
    def act() -> ResponseReturnValue:
        note(db_session())
        db_session().flush()
        return end()

    own_app.add_url_rule("/act", "act", act)
    assert own_app.test_client().get("/act").status_code == status
    with own_app.app_context():
        assert notes(db.session()) == kept


def test_a_failure_nobody_foresaw_keeps_nothing(own_app: Flask) -> None:
    @writes
    @public
    def act() -> ResponseReturnValue:
        note(db_session())
        db_session().flush()
        raise ZeroDivisionError

    own_app.add_url_rule("/act", "act", act)
    with pytest.raises(ZeroDivisionError):
        own_app.test_client().get("/act")
    with own_app.app_context():
        assert notes(db.session()) == 0


def test_a_view_without_a_policy_is_not_there(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", fine)
    assert app.test_client().get("/forgotten").status_code == 404


def test_the_moment_of_a_request_is_one(app: Flask) -> None:
    @public
    def view() -> ResponseReturnValue:
        return {"same": moment() is moment()}

    app.add_url_rule("/moment", "moment", view)
    assert app.test_client().get("/moment").json == {"same": True}


def fail_after_a_note() -> None:
    with unit_of_work() as session:
        note(session)
        session.flush()
        raise ZeroDivisionError


def test_a_command_commits_at_its_end_or_not_at_all(own_app: Flask) -> None:
    with own_app.app_context():
        with pytest.raises(ZeroDivisionError):
            fail_after_a_note()
        with unit_of_work() as session:
            note(session)
        assert notes(db.session()) == 1


def test_the_migrations_make_exactly_the_tables_of_the_models(own_app: Flask) -> None:
    with own_app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_go_up_down_and_up_again(databases: Databases, tmp_path: Path) -> None:
    with application(settings_for(databases.empty(), tmp_path)) as app, app.app_context():
        upgrade()
        downgrade(revision="base")
        assert set(db.inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET act = 'other'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_the_audit(session: Session, statement: str) -> None:
    note(session)
    session.flush()
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(statement))
    assert notes(session) == 1
