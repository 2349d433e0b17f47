"""What pages and commands hand out alike: the renderer, and the list of the register in the reader's language."""

from collections.abc import Sequence
from functools import cache

from flask_babel import gettext as _

from app.kernel.spreadsheet import spreadsheet
from app.web.locale import chosen_language, translate
from certificates.drawing.sheet import Renderer
from certificates.enums import CERTIFICATE_STATUS_LABELS
from certificates.models import Certificate
from certificates.payload import Payload


@cache
def renderer() -> Renderer:
    """The process's renderer: its artwork is drawn once."""
    return Renderer()


def register_list(certificates: Sequence[Certificate]) -> bytes:
    """The list as XLSX, with headings in the language of the page."""
    headings = [
        (_("No."), 7),
        (_("Number"), 20),
        (_("Name in Kazakh"), 44),
        (_("Name in Russian"), 44),
        (_("Name in Latin letters"), 44),
        (_("Programme"), 50),
        (_("Organisation"), 50),
        (_("Post at enrolment"), 40),
        (_("Date of issue"), 14),
        (_("Status"), 14),
        (_("Reason"), 20),
        (_("Replaced by"), 20),
    ]
    rows = (_row(place, certificate) for place, certificate in enumerate(certificates, start=1))
    return spreadsheet(headings, rows, title=_("Certificates"))


def _row(place: int, certificate: Certificate) -> list[str]:
    lang = chosen_language()
    payload = Payload.from_json(certificate.payload)
    enrolment = certificate.enrolment
    return [
        str(place),
        certificate.number,
        payload.holder.kk,
        payload.holder.ru,
        payload.holder.latin,
        certificate.cohort.programme.title.best(lang)[0],
        enrolment.organisation.name.best(lang)[0] if enrolment.organisation else "",
        enrolment.post.best(lang)[0] if enrolment.post else "",
        certificate.issued_on.isoformat(),
        translate(CERTIFICATE_STATUS_LABELS[certificate.status]),
        certificate.status_reason or "",
        certificate.replaced_by.number if certificate.replaced_by else "",
    ]
