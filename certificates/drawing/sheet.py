"""Certificates as PDF files: the same payload always gives the same bytes.

The artwork is drawn once per process, what a cohort has in common once per cohort; a sheet adds about fifteen small
objects.
"""

from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from app.pdf.fonts import UnprintableError, faces, missing_glyphs, parsing_lock
from app.pdf.parts import Block, Drawing, Part, Sink
from certificates.drawing import words
from certificates.drawing.art import PLATE, RING, store_plate
from certificates.drawing.book import ABOVE, BELOW, PAGE_SIZE, Book, Sheet
from certificates.drawing.foot import proof_of
from certificates.drawing.grid import Shared
from certificates.drawing.personal import Names
from certificates.drawing.qr import QrStencil
from certificates.drawing.stack import Stack, draw_first_half, draw_second_half
from certificates.payload import Payload

_SHEETS_KEPT: Final = 64
_HOSTS_KEPT: Final = 8


class UnprintablePayloadError(UnprintableError):
    """A field of a payload holds characters that the sheet cannot show.

    Args:
        field: the payload's field, ``holder`` for one.
        characters: the characters.
    """

    def __init__(self, field: str, characters: list[str]) -> None:
        """Keep the field."""
        super().__init__(characters)
        self.field = field


def check_printable(payload: Payload) -> None:
    """Refuse a payload that could not be drawn, before it is issued.

    Raises:
        UnprintablePayloadError: a text has characters that no typeface of the sheet can draw.
    """
    for field, text in payload.texts():
        missing = missing_glyphs(text)
        if missing:
            raise UnprintablePayloadError(field, missing)


def _canvas(target: BytesIO) -> Canvas:
    """Return a canvas whose document is taken apart again: uncompressed, and without an unembedded font."""
    return Canvas(target, pagesize=PAGE_SIZE, pageCompression=0, invariant=1, initialFontName=faces().serif.name)  # type: ignore[arg-type]  # the stubs take it for a number


def _draw_plate(*, tint: bool) -> Part:
    target = BytesIO()
    canvas = _canvas(target)
    store_plate(canvas, tint=tint)
    canvas.doForm(PLATE)
    canvas.doForm(RING)
    canvas.showPage()
    with parsing_lock:
        canvas.save()
    drawing = Drawing(target.getvalue())
    forms = drawing.forms()
    return drawing.part({PLATE: forms[PLATE], RING: forms[RING]})


def _draw_sheet(shared: Shared, slot: float, qr: QrStencil) -> Sheet:
    target = BytesIO()
    canvas = _canvas(target)
    stack = Stack(shared, slot)
    draw_first_half(canvas, shared, stack)
    canvas.showPage()
    draw_second_half(canvas, shared, stack, qr.modules)
    canvas.showPage()
    with parsing_lock:
        canvas.save()
    drawing = Drawing(target.getvalue())
    above, below = drawing.page_contents()
    part = drawing.part({ABOVE: above, BELOW: below, **drawing.fonts()})
    return Sheet(part, stack.place, proof_of(shared), qr)


class Renderer:
    """Draws certificates; make one per process and keep it.

    Args:
        tint: lay the paper's tint under the sheet; without it the file is meant for coloured stock or a 1-bit printer.
    """

    def __init__(self, *, tint: bool = True) -> None:
        """Draw and compress the artwork."""
        self._plate = _draw_plate(tint=tint)
        self._stencil = lru_cache(maxsize=_HOSTS_KEPT)(QrStencil)
        self._sheet = lru_cache(maxsize=_SHEETS_KEPT)(self._new_sheet)
        self._block = lru_cache(maxsize=_SHEETS_KEPT)(self._new_block)

    def _new_sheet(self, shared: Shared, slot: float) -> Sheet:
        return _draw_sheet(shared, slot, self._stencil(shared.verify_base))

    def _new_block(self, shared: Shared, slot: float) -> Block:
        return Block.of((*self._plate.moved(0), *self._sheet(shared, slot).part.moved(len(self._plate.bodies))))

    def render(self, payload: Payload) -> bytes:
        """Return a certificate as a PDF of one page.

        Raises:
            UnprintableError: a text has characters that cannot be drawn; see :func:`check_printable`.
        """
        target = BytesIO()
        names, shared = Names.of(payload.holder), Shared.of(payload)
        sheet = self._sheet(shared, names.slot)
        book = Book(target, self._plate, self._block(shared, names.slot), sheet)
        book.add(payload, names, sheet)
        book.finish(f"{words.TITLE.inline()} {payload.number} – {payload.holder.forms()[0]}", shared)
        return target.getvalue()

    def render_many(self, payloads: Iterable[Payload], sink: Sink) -> int:
        """Write one document with a page for each payload, in the order given, the artwork once.

        Args:
            payloads: at least one; taken one at a time, so that any number fits into memory.
            sink: a file opened for writing bytes, or a buffer.

        Returns:
            The number of pages.

        Raises:
            UnprintableError: a text has characters that cannot be drawn.
            ValueError: there was no payload.
        """
        book = Book(sink, self._plate)
        shared = None
        for payload in payloads:
            names, shared = Names.of(payload.holder), Shared.of(payload)
            book.add(payload, names, self._sheet(shared, names.slot))
        if shared is None:
            raise ValueError("a document of no certificates cannot be written")
        book.finish(words.TITLE.inline(), shared)
        return book.pages
