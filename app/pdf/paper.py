"""The A4 paper of official documents: its size in millimetres, its inks, and an empty first page."""

from io import BytesIO
from typing import Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.pdf.fonts import faces
from app.pdf.text import Colour

WIDE, TALL = 210.0, 297.0
INK: Final[Colour] = (0.09, 0.13, 0.17)
SOFT: Final[Colour] = (0.32, 0.37, 0.41)
LINE: Final[Colour] = (0.62, 0.66, 0.69)
_CREATOR: Final = "Jetekshi"


def paper(target: BytesIO, *, title: str, author: str, lang: str) -> Canvas:
    """An empty document; the same content gives the same bytes."""
    canvas = Canvas(
        target,
        pagesize=(WIDE * mm, TALL * mm),
        pageCompression=1,
        invariant=1,
        initialFontName=faces().serif.name,  # type: ignore[arg-type]  # the stubs take it for a number
        lang=lang,
    )
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setCreator(_CREATOR)
    return canvas
