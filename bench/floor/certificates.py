"""The plain way to draw certificates with ReportLab: everything anew for each file.

Fonts parsed, registered and cut each time, the artwork drawn each time, ReportLab's own QR widget; the same visible
content through the same drawing functions as the product, whose measured texts it may reuse, which favours it.
"""

from io import BytesIO
from typing import Literal

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from app.pdf.fonts import faces, font_path
from app.pdf.text import fit, put, spoken
from certificates.codes import display_control_code
from certificates.drawing import words
from certificates.drawing.art import HEIGHT, INK, MIDDLE, PLATE, RING, WIDTH, points, store_plate
from certificates.drawing.foot import proof_of
from certificates.drawing.grid import Shared
from certificates.drawing.personal import Names
from certificates.drawing.qr import QUIET_MODULES
from certificates.drawing.stack import Stack, draw_first_half, draw_second_half
from certificates.payload import Payload

_FILES = (
    ("Serif", "font_source_serif_pro", "SourceSerifPro-Regular"),
    ("SerifSemibold", "font_source_serif_pro", "SourceSerifPro-Semibold"),
    ("Sans", "font_source_sans_pro", "SourceSansPro-Regular"),
    ("SansSemibold", "font_source_sans_pro", "SourceSansPro-Semibold"),
)
_MODULES = 33


class _NamedForms(Canvas):
    """A canvas that knows the artwork's forms by the short names that the product's drawing functions use."""

    def addLiteral(self, s: object, escaped: Literal[0, 1] = 1) -> None:  # noqa: N802 (ReportLab's name)
        """Draw a form where its short name is asked for, write anything else as it is."""
        name = str(s).removeprefix("/").removesuffix(" Do")
        if name in {PLATE, RING}:
            self.doForm(name)
        else:
            super().addLiteral(s, escaped)


def register_fonts() -> None:
    """Parse the four font files and register them with ReportLab, as a script does that draws one file."""
    for name, package, face in _FILES:
        pdfmetrics.registerFont(TTFont(name, font_path(package, face), asciiReadable=0))


def _names(canvas: Canvas, names: Names, top: float) -> None:
    lead = names.slot / sum(map(len, names.fitted.laid))
    y = top - lead * 0.8
    for form, lines in zip(names.forms, names.fitted.laid, strict=True):
        with spoken(canvas, form):
            for text in lines:
                put(canvas, MIDDLE, y, text, faces().serif, names.fitted.size, INK, "centre")
                y -= lead


def _proof(canvas: Canvas, payload: Payload, shared: Shared) -> None:
    proof, face = proof_of(shared), faces().serif_semibold
    for row, text in enumerate((payload.number, display_control_code(payload.control_code))):
        size = fit([text], face, proof.room, 11, 2.5).size
        put(canvas, proof.edge, proof.baseline(row), text, face, size, INK, "right")
    quiet = QUIET_MODULES * proof.side / _MODULES
    side, x, y = points(proof.side + 2 * quiet, proof.x - quiet, proof.y - quiet)
    drawing = Drawing(side, side)
    drawing.add(QrCodeWidget(payload.url, barLevel="M", barWidth=side, barHeight=side, barBorder=QUIET_MODULES))
    renderPDF.draw(drawing, canvas, x, y)


def draw(payload: Payload, *, fonts_kept: bool = False) -> bytes:
    """Return a certificate drawn the plain way.

    Args:
        payload: what to print.
        fonts_kept: leave the registered fonts as they are: the first thing that anyone would improve.
    """
    if not fonts_kept:
        register_fonts()
    target = BytesIO()
    canvas = _NamedForms(target, pagesize=(WIDTH * mm, HEIGHT * mm), pageCompression=1, initialFontName="Serif")  # type: ignore[arg-type]  # the stubs take it for a number
    canvas.setTitle(words.TITLE.inline())
    store_plate(canvas, tint=True)
    names, shared = Names.of(payload.holder), Shared.of(payload)
    stack = Stack(shared, names.slot)
    draw_first_half(canvas, shared, stack)
    canvas.saveState()
    canvas.translate(stack.place.x, stack.place.y)
    canvas.scale(stack.place.scale, stack.place.scale)
    _names(canvas, names, stack.place.top)
    canvas.restoreState()
    draw_second_half(canvas, shared, stack, _MODULES)
    _proof(canvas, payload, shared)
    canvas.showPage()
    canvas.save()
    return target.getvalue()
