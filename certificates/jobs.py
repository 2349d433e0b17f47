"""Making the files of a batch after its issue, so that whoever downloads them later does not wait."""

from collections.abc import Sequence

from flask import current_app

from app.jobs.enums import Lane
from app.jobs.kinds import JobKind
from app.jobs.work import Work
from app.kernel.database import reading
from app.kernel.errors import DomainError
from app.kernel.unit import unit_of_work
from app.kernel.words import Message
from app.settings import Settings
from certificates.models import Batch, Certificate
from certificates.outlet import renderer
from certificates.queries.issue import FILES_JOB, issued_in
from certificates.services.files import Made, Sheet, ensure_files, payload_of, remember, sheets_of
from certificates.storage import Store

AT_ONCE = 10  # files between two commits


def _make_files(work: Work, *, batch: int) -> None:
    settings: Settings = current_app.extensions["settings"]
    store = Store(settings.DATA_DIR)
    sheets, altered = _sheets(batch)
    made: list[Made] = []
    for place, sheet in enumerate(sheets, start=1):
        made += ensure_files([sheet], store=store, render=renderer().render)
        if place % AT_ONCE == 0 or place == len(sheets):
            said = Message("Files made: %(n)s of %(total)s", n=place, total=len(sheets))
            with work.step(progress=place, total=len(sheets), said=said) as session:
                remember(session, made, now=work.clock())
            made.clear()
    if altered:
        raise DomainError(
            Message(
                "The records of these certificates were altered, and their files were not made: %(numbers)s. Do not"
                " rely on them, and tell the administrator.",
                numbers=", ".join(altered),
            )
        )


def _sheets(batch: int) -> tuple[Sequence[Sheet], Sequence[str]]:
    """What the files are made from, and the numbers of those that cannot be made: they do not hinder the others."""
    whole: list[Certificate] = []
    altered: list[str] = []
    with reading(), unit_of_work() as session:
        for certificate in issued_in(session, session.get_one(Batch, batch)):
            try:
                payload_of(certificate)
            except DomainError:
                altered.append(certificate.number)
            else:
                whole.append(certificate)
        return sheets_of(session, whole), altered


FILES = JobKind(FILES_JOB, Message("Make the files of certificates"), _make_files, lane=Lane.FILES)
