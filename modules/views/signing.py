"""The signing sheet of a half-day: what people sign in the room, before anybody keeps the register."""

from flask import Response
from flask_babel import gettext as _

from app.kernel.errors import NotFoundError
from app.kernel.tri import Tri
from app.people.queries import display_name
from app.web import formats
from app.web.downloads import PDF, send_bytes
from app.web.policy import requires
from modules.enums import Half
from modules.models import Module
from modules.queries.schedule import NOT_FOUND
from modules.rules.access import VIEW_ATTENDANCE
from modules.signing import SigningSheet, draw
from modules.views.attendance import blueprint, half_word
from modules.views.register import Sheet, half_place, sheet_of

# On the paper both languages stand side by side, whatever the page's: these words are not in the catalogues.
HALVES = {Half.AM: ("түске дейін", "до обеда"), Half.PM: ("түстен кейін", "после обеда")}
NUMBERS = ("{n}-модуль", "Модуль {n}")


@blueprint.get("/cohorts/<code>/attendance/<day>/<half>/signing.pdf")
@requires(VIEW_ATTENDANCE)
def signing(code: str, day: str, half: str) -> Response:
    """The sheet as a PDF, for everybody who is expected, also before the day."""
    at = half_place(code, day, half)
    if at is None:
        raise NotFoundError(NOT_FOUND)
    title = _("Signing sheet")
    name = f"{title} {code} {at.slot.day:%Y-%m-%d} {half_word(at.slot.half)}.pdf"
    return send_bytes(draw(content_of(sheet_of(at))), name, PDF)


def content_of(sheet: Sheet) -> SigningSheet:
    """What the sheet of a register says."""
    cohort, slot = sheet.at.scope.cohort, sheet.at.slot
    when = [
        f"{formats.date_long(slot.day, lang)}, {word}"
        for lang, word in zip(("kk", "ru"), HALVES[slot.half], strict=True)
    ]
    return SigningSheet(
        organisation=_both(cohort.programme.owner.name),
        about=(_both(cohort.title), _module(sheet.at.module), (when[0], when[1])),
        rows=[
            (
                str(row.number),
                display_name(row.person, "kk"),
                row.organisation.name.best("kk")[0] if row.organisation else "",
            )
            for row in sheet.rows
        ],
        foot=f"{cohort.code} · {slot.day:%d.%m.%Y}, {' · '.join(HALVES[slot.half])}",
    )


def _both(text: Tri | None) -> tuple[str, str]:
    return (text.best("kk")[0], text.best("ru")[0]) if text else ("", "")


def _module(module: Module) -> tuple[str, str]:
    """A module in both languages: its number and title, or what is known of them."""
    titles = _both(module.title)
    numbers = [text.format(n=module.number) for text in NUMBERS] if module.number is not None else ["", ""]
    kazakh, russian = (". ".join(filter(None, pair)) for pair in zip(numbers, titles, strict=True))
    return kazakh, russian
