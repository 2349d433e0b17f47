"""What pages and commands hand out alike: the renderer, and the list of the register in the reader's language."""

from collections.abc import Sequence
from functools import cache

from flask_babel import gettext as _

from app.web.locale import chosen_language, translate
from certificates.bundle import spreadsheet
from certificates.drawing.sheet import Renderer
from certificates.enums import CERTIFICATE_STATUS_LABELS
from certificates.models import Certificate
from certificates.payload import Payload

HOME_ZONE = "Asia/Almaty"


@cache
def renderer() -> Renderer:
    """The process's renderer: its artwork is drawn once."""
    return Renderer()


def register_list(certificates: Sequence[Certificate]) -> bytes:
    """The list as XLSX, with headings in the language of the page."""
    header = [
        _("No."),
        _("Number"),
        _("Name in Kazakh"),
        _("Name in Russian"),
        _("Name in Latin letters"),
        _("Programme"),
        _("Organisation"),
        _("Post at enrolment"),
        _("Date of issue"),
        _("Status"),
        _("Reason"),
        _("Replaced by"),
    ]
    rows = (_row(place, certificate) for place, certificate in enumerate(certificates, start=1))
    return spreadsheet(_("Certificates"), header, rows)


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
