"""Refusals as pages: one clear sentence in the reader's language, and ways to go on."""

import logging
from urllib.parse import urlsplit

from flask import Flask, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from app.kernel.errors import ConflictError, DomainError
from app.kernel.unit import ERRORS_FROM
from app.kernel.words import Message
from app.web.locale import safe_path, translate
from app.web.login import do_without_accounts
from app.web.pages import page
from app.web.request import actor_or_none

log = logging.getLogger(__name__)
NOT_FOUND, BROKEN = 404, 500

TEXTS = {
    400: (Message("The request was not understood"), Message("Nothing was changed. Go back and try again.")),
    404: (Message("There is no such page"), Message("The link may be old, or the page is not open to you.")),
    405: (Message("The request was not understood"), Message("Nothing was changed. Go back and try again.")),
    409: (
        Message("This has changed meanwhile"),
        Message("Nothing of yours was saved. Open the page again and look at what is there now."),
    ),
    413: (
        Message("The file is too large"),
        Message("Nothing was taken in. Send a smaller file: rosters have at most 5 MB, materials of a project 12 MB."),
    ),
    422: (Message("This was not done"), Message("Nothing was changed.")),
    429: (Message("Too many tries"), Message("Wait a few minutes, then try again.")),
    500: (
        Message("Something went wrong on our side"),
        Message("Nothing was saved. Try again; if it happens again, tell your coordinator what you were doing."),
    ),
    503: (Message("The system is busy"), Message("Nothing was saved. Wait a moment, then try again.")),
}
FOREIGN_HOST = "Бұл мекенжай қызмет көрсетпейді. / Этот адрес не обслуживается. / This address is not served.\n"
LAST_RESORT = (
    "Жүйеде ақау болды, ештеңе сақталмады. Кейінірек қайталап көріңіз. / "
    "Произошёл сбой, ничего не сохранено. Попробуйте ещё раз позже. / "
    "Something went wrong, and nothing was saved. Try again later.\n"
)
FORM_TOO_OLD = Message("The form was open too long or in another session. Nothing was saved: open the page again.")


def _ways() -> list[tuple[str, str]]:
    ways = [(url_for("home.index"), translate(Message("To the start page")))]
    if back := _page_before():
        ways.insert(0, (back, translate(Message("Open the page again"))))
    if actor_or_none() is None:
        ways.append((url_for("accounts.login"), translate(Message("Sign in"))))
    return ways


def _page_before() -> str:
    """The page of ours whose button was pressed; "" when nothing was sent, or the browser does not say."""
    before = urlsplit(request.referrer or "")
    if request.method != "POST" or before.netloc != request.host:
        return ""
    return safe_path(f"{before.path}?{before.query}" if before.query else before.path, "")


def error_page(
    status: int, sentence: Message | None = None, problems: tuple[Message, ...] = ()
) -> tuple[str | Response, int]:
    """The page of a refusal.

    Args:
        sentence: what happened, if it is known better than the status says.
        problems: further sentences, such as the wrong places of a file.

    """
    heading, usual = TEXTS.get(status, TEXTS[400])
    try:
        return _rendered(status, translate(heading), translate(sentence or usual), problems), status
    except Exception:
        log.exception("the page of a refusal could not be made")
        return Response(LAST_RESORT, mimetype="text/plain"), max(status, BROKEN)


def _rendered(status: int, heading: str, sentence: str, problems: tuple[Message, ...]) -> str:
    return render_template(
        "app/error.html",
        status=status,
        heading=heading,
        sentence=sentence,
        problems=[translate(problem) for problem in problems],
        ways=_ways(),
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, SecurityError):
        return Response(FOREIGN_HOST, status=400, mimetype="text/plain")
    if error.code is None or error.code < ERRORS_FROM:
        return error.get_response()
    if isinstance(error, CSRFError):
        return error_page(400, FORM_TOO_OLD)
    text, status = error_page(error.code)
    allowed = getattr(error, "valid_methods", None)
    return text, status, {"Allow": ", ".join(sorted(allowed))} if allowed else {}


def _domain(error: DomainError) -> ResponseReturnValue:
    if isinstance(error, ConflictError) and error.differences:
        return _conflict(error)
    return error_page(
        error.status, error.message if error.status != NOT_FOUND else None, getattr(error, "problems", ())
    )


def _conflict(error: ConflictError) -> ResponseReturnValue:
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in {"csrf_token", "version"}]
    return page(
        "app/conflict.html",
        status=409,
        who=error.who,
        when=format_datetime(error.when, "short") if error.when else "",
        saved=[(translate(row.label), translate(row.saved)) for row in error.differences],
        typed=[(translate(row.label), translate(row.typed)) for row in error.differences],
        back=request.path,
        resend=[*typed, ("version", str(error.version))] if error.version is not None else [],
    )


def _reason(error: Exception) -> str:
    """What the driver says, without the statement and the values in it: a log holds no personal data."""
    return f"{getattr(error, 'orig', error)}".partition("\n")[0]


def _lost_race(error: Exception) -> ResponseReturnValue:
    log.warning("a concurrent change was refused: %s", _reason(error))
    return error_page(409)


def _unheld(error: Exception) -> ResponseReturnValue:
    """What no database can hold, such as a character NUL, is a request that nobody's browser makes."""
    log.warning("the database refused a value: %s", type(error).__name__)
    return error_page(400)


def _busy(error: Exception) -> ResponseReturnValue:
    do_without_accounts()
    log.error("the database did not answer: %s", _reason(error))
    return error_page(503)


def _broken(error: Exception) -> ResponseReturnValue:
    log.error("nobody foresaw this", exc_info=error)
    return error_page(500)


def init_errors(app: Flask) -> None:
    """Register the pages."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(IntegrityError, _lost_race)
    app.register_error_handler(StaleDataError, _lost_race)
    app.register_error_handler(DataError, _unheld)
    for kind in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(kind, _busy)
    if not app.testing:
        app.register_error_handler(Exception, _broken)
