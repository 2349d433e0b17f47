"""Certificates as PDF files: the same payload always gives the same bytes.

The artwork is drawn once per process, what a cohort has in common once per cohort; a sheet adds about fifteen small objects.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO
from typing import Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.pdf.fonts import UnprintableError, faces, missing_glyphs, parsing_lock
from app.pdf.parts import Assembly, Block, Drawing, Part, Sink, text_string
from app.pdf.subset import SubsetFont, stream
from certificates.drawing import words
from certificates.drawing.art import HEIGHT, PLATE, RING, WIDTH, store_plate
from certificates.drawing.foot import Proof, proof_of
from certificates.drawing.grid import Shared
from certificates.drawing.personal import Lettering, Names, ink, proof_operators
from certificates.drawing.qr import QrStencil
from certificates.drawing.stack import NamePlace, Stack, draw_first_half, draw_second_half
from certificates.payload import Payload

_PAGE_SIZE: Final = (WIDTH * mm, HEIGHT * mm)
_ABOVE, _BELOW = "above", "below"
_SHEETS_KEPT: Final = 64
_HOSTS_KEPT: Final = 8
_CREATOR: Final = "Jetekshi"


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


@dataclass(frozen=True)
class _Sheet:
    """What the sheets of a cohort with names of one height have in common."""

    part: Part
    place: NamePlace
    proof: Proof
    qr: QrStencil


def _canvas(target: BytesIO) -> Canvas:
    """Return a canvas whose document is taken apart again: uncompressed, and without an unembedded font."""
    return Canvas(
        target, pagesize=_PAGE_SIZE, pageCompression=0, invariant=1, initialFontName=faces().serif.name
    )


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


def _draw_sheet(shared: Shared, slot: float, qr: QrStencil) -> _Sheet:
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
    part = drawing.part({_ABOVE: above, _BELOW: below, **drawing.fonts()})
    return _Sheet(part, stack.place, proof_of(shared), qr)


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

    def _new_sheet(self, shared: Shared, slot: float) -> _Sheet:
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
        book = _Book(target, self._plate)
        book.begin_with(self._block(shared, names.slot), self._sheet(shared, names.slot))
        book.add(payload, names, self._sheet(shared, names.slot))
        holder = payload.holder.forms()[0]
        title = f"{words.TITLE.inline()} {payload.number} – {holder}"
        book.finish(title, payload)
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
        book = _Book(sink, self._plate)
        book.begin()
        last = None
        for payload in payloads:
            last = payload
            names, shared = Names.of(payload.holder), Shared.of(payload)
            book.add(payload, names, self._sheet(shared, names.slot))
        if last is None:
            raise ValueError("a document of no certificates cannot be written")
        book.finish(words.TITLE.inline(), last)
        return book.pages


class _Book:
    """One document of certificates in the making."""

    def __init__(self, sink: Sink, plate: Part) -> None:
        self._out = Assembly(sink)
        self._plate = plate
        self._lettering = Lettering()
        self._moved: dict[int, int] = {}  # where the objects of a sheet, by its identity, begin
        self._kept: list[_Sheet] = []
        self._pages: list[int] = []
        self._digest = hashlib.sha256()

    @property
    def pages(self) -> int:
        """The number of pages so far."""
        return len(self._pages)

    def begin_with(self, block: Block, sheet: _Sheet) -> None:
        """Begin with artwork and sheet laid out before: the quick way to a document of one page."""
        self._out.add_block(block)
        self._tree()
        self._moved[id(sheet)] = len(self._plate.bodies)

    def begin(self) -> None:
        """Begin with the artwork; sheets are added when a page first needs them."""
        self._out.add_all(self._plate.moved(0))
        self._tree()

    def _tree(self) -> None:
        self._tree_number = self._out.reserve()
        self._fonts_number = self._out.reserve()

    def _sheet_at(self, sheet: _Sheet) -> int:
        moved = self._moved.get(id(sheet))
        if moved is None:
            moved = self._moved[id(sheet)] = self._out.last
            self._kept.append(sheet)  # an identity is only good while its object lives
            self._out.add_all(sheet.part.moved(moved))
        return moved

    def add(self, payload: Payload, names: Names, sheet: _Sheet) -> None:
        """Write the objects of one page."""
        at = self._sheet_at(sheet)
        self._digest.update(payload.to_json().encode())
        place = sheet.place
        name = "\n".join(("q", place.operator(), ink(), names.operators(self._lettering, place.top), "Q"))
        qr = sheet.qr
        proof = proof_operators(payload, sheet.proof, self._lettering, qr.bitmap(payload.code), qr.modules)
        contents = (
            at + sheet.part.names[_ABOVE],
            self._out.add(stream(name.encode("ascii"))),
            at + sheet.part.names[_BELOW],
            self._out.add(stream(f"q\n{proof}\nQ".encode("ascii"))),
        )
        link = self._out.add(_link(payload.url, sheet.proof))
        self._pages.append(self._out.add(self._page(sheet, at, contents, link)))

    def _page(self, sheet: _Sheet, at: int, contents: tuple[int, ...], link: int) -> bytes:
        fonts = {name: at + number for name, number in sheet.part.names.items() if name not in {_ABOVE, _BELOW}}
        own = " ".join(f"/{name} {number} 0 R" for name, number in fonts.items())
        forms = " ".join(f"/{name} {self._plate.names[name]} 0 R" for name in (PLATE, RING))
        streams = " ".join(f"{number} 0 R" for number in contents)
        wide, tall = (f"{length:.2f}" for length in _PAGE_SIZE)
        return (
            f"<< /Type /Page /Parent {self._tree_number} 0 R /MediaBox [0 0 {wide} {tall}] /Resources << /Font << {own} "
            f"PERSONAL >> /XObject << {forms} >> >> /Contents [{streams}] /Annots [{link} 0 R] >>"
        ).encode("ascii")
