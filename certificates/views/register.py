"""The register: found by filters in the address, handed out by the form below them."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.rules import Actor
from app.kernel.clock import day_of
from app.kernel.errors import DomainError
from app.kernel.words import Message
from app.web.locale import translate
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from certificates.enums import CertificateStatus
from certificates.models import Certificate
from certificates.queries import register as queries
from certificates.queries.register import Filter
from certificates.rules import DOWNLOAD, MOST_FILES, MOST_ROWS, READ_PROGRAMMES, VIEW_REGISTER
from certificates.views.handing import list_file, many_files, one_document
from certificates.views.sheets import NameOf

blueprint = Blueprint("register", __name__, template_folder="../templates")
UNPROCESSABLE = 422
LONGEST_TEXT = 200
LONGEST_NUMBER = 10  # digits
KB_PER_FILE = 62


def wanted() -> Filter:
    """The filter in the address or in the form; what makes no sense is left out."""
    status = request.values.get("status", "")
    return Filter(
        text=request.values.get("q", "")[:LONGEST_TEXT].strip(),
        programme=request.values.get("programme", "")[:LONGEST_TEXT],
        organisation=_whole(request.values.get("organisation", "")),
        status=CertificateStatus(status) if status in set(CertificateStatus) else None,
        year=_whole(request.values.get("year", ""), most=9999),
        batch=request.values.get("batch", "")[:32],
        since=_day(request.values.get("since", "")),
    )


def _whole(text: str, most: int = 2**31 - 1) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 0
    return number if 0 < number <= most else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:LONGEST_NUMBER])
    except ValueError:
        return None


def _address(filter_: Filter, **changes: object) -> str:
    values: dict[str, object] = {
        "q": filter_.text,
        "programme": filter_.programme,
        "organisation": filter_.organisation,
        "status": filter_.status,
        "year": filter_.year,
        "batch": filter_.batch,
        "since": filter_.since,
    }
    values |= changes
    return url_for("register.index", **{name: value for name, value in values.items() if value})  # type: ignore[arg-type]  # values of a query string


@blueprint.get("/certificates/")
@requires(VIEW_REGISTER)
def index() -> ResponseReturnValue:
    """Show a page of the register."""
    return _shown(current_actor(), wanted())


def _shown(actor: Actor, filter_: Filter, *, refusal: str = "", ticked: Sequence[str] = ()) -> ResponseReturnValue:
    session = db_session()
    number = _whole(request.args.get("page", "")) or 1
    found = queries.page_of(session, actor, filter_, number=number)
    counts = queries.status_counts(session, actor, filter_) if found.total else {}
    valid = counts.get(CertificateStatus.VALID, 0)
    return page(
        "certificates/register.html",
        status=UNPROCESSABLE if refusal else None,
        filter=filter_,
        found=found,
        valid=valid,
        left_out=found.total - valid,
        megabytes=max(0.1, valid * KB_PER_FILE / 1024),
        too_many=valid > MOST_FILES,
        most=MOST_FILES,
        choices=queries.choices(session, actor),
        statuses=list(CertificateStatus),
        staff=actor.may(READ_PROGRAMMES),
        may_download=actor.may(DOWNLOAD),
        name_of=NameOf(),
        refusal=refusal,
        ticked=frozenset(ticked),
        before=_address(filter_, page=found.number - 1) if found.number > 1 else "",
        after=_address(filter_, page=found.number + 1) if found.number < found.pages else "",
    )


@blueprint.post("/certificates/download")
@requires(DOWNLOAD)
def download() -> ResponseReturnValue:
    """Hand out all that were found, or those that were ticked, as a ZIP, as one PDF or as a list."""
    actor, filter_ = current_actor(), wanted()
    ticked = request.form.getlist("number")
    try:
        return _handed_out(_selected(actor, filter_, ticked), actor)
    except DomainError as error:
        if error.status != UNPROCESSABLE:
            raise
        db_session().rollback()
        return _shown(actor, filter_, refusal=translate(error.message), ticked=ticked)


def _selected(actor: Actor, filter_: Filter, ticked: Sequence[str]) -> Sequence[Certificate]:
    session = db_session()
    if request.form.get("scope") != "ticked":
        return queries.matching(session, actor, filter_, most=MOST_ROWS)
    if not ticked:
        raise DomainError(Message("Nothing was downloaded: no certificate is ticked. Tick some, or choose all found."))
    found = queries.by_numbers(session, actor, ticked[:MOST_ROWS])
    if not found:
        raise DomainError(Message("Nothing was downloaded: these certificates are not open to you."))
    return found


def _handed_out(certificates: Sequence[Certificate], actor: Actor) -> Response:
    if not certificates:
        raise DomainError(Message("Nothing was downloaded: no certificate matches."))
    title = f"{_('Certificates')} {day_of(moment()):%Y-%m-%d}"
    form = request.form.get("as", "zip")
    hand_out = {"pdf": one_document, "xlsx": list_file}.get(form, many_files)
    return hand_out(certificates, actor, title=title)
