"""The boundary of a transaction: committed once, here, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, g, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from app.kernel.database import db, read_from_now_on, reading, writing

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ERRORS_FROM = 400


class Application(Flask):
    """Flask with one transaction around each request: committed when the view answers below 400, else rolled back."""

    def full_dispatch_request(self) -> Response:
        """Answer a request; one that only reads takes no write lock, from its first query (who asks?) on."""
        if request.method in SAFE_METHODS and not self._writes():
            with reading():
                return super().full_dispatch_request()
        with writing():
            return super().full_dispatch_request()

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view and end its transaction before anything leaves."""
        return self._answer()

    def handle_user_exception(self, e: Exception) -> ResponseReturnValue | HTTPException:
        """Answer with the page of a refusal, which holds no writer up."""
        refuse()
        return super().handle_user_exception(e)

    def _writes(self) -> bool:
        view = self.view_functions.get(request.endpoint or "")
        return getattr(view, "writes", False)

    def _answer(self) -> Response:
        try:
            response = self.make_response(super().dispatch_request())
            if response.status_code < ERRORS_FROM or g.pop("keep_changes", False):
                self._commit()
            else:
                db.session.rollback()
        except BaseException:
            db.session.rollback()
            raise
        return response

    def _commit(self) -> None:
        """Commit; when that fails (the disk is full), nobody is signed in by it and nothing is said to be done."""
        try:
            db.session.commit()
        except BaseException:
            cookie.clear()
            cookie.update(self.session_interface.open_session(self, request) or {})
            g.pop("_login_user", None)  # whom Flask-Login has for this request
            raise


def refuse() -> None:
    """Keep nothing of this request; what is still read for its answer, to say why, takes no write lock."""
    db.session.rollback()
    read_from_now_on()


def keep_changes() -> None:
    """Commit this request although it answers with an error: a failed sign-in must be counted."""
    g.keep_changes = True


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """The same boundary for a command: commit at the end, roll back on any error."""
    session: Session = db.session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
