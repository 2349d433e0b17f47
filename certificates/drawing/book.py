"""A document of certificates: the common parts, then a few objects for each page."""

import hashlib
from dataclasses import dataclass
from typing import Final

from reportlab.lib.units import mm

from app.pdf.parts import Assembly, Block, Part, Sink, text_string
from app.pdf.subset import SubsetFont, stream
from certificates.drawing.art import HEIGHT, PLATE, RING, WIDTH
from certificates.drawing.foot import Proof
from certificates.drawing.grid import Shared
from certificates.drawing.personal import Lettering, Names, ink, proof_operators
from certificates.drawing.qr import QrStencil
from certificates.drawing.stack import NamePlace
from certificates.payload import Payload

PAGE_SIZE: Final = (WIDTH * mm, HEIGHT * mm)
# The streams of a sheet's part that are read before and after the holder's name; its other names are fonts.
ABOVE: Final = "above"
BELOW: Final = "below"
_CREATOR: Final = "Jetekshi"
_IDENTITY_BYTES: Final = 16


@dataclass(frozen=True, eq=False)
class Sheet:
    """What the sheets of a cohort with names of one height have in common; it is itself only (no two are equal).

    Args:
        part: the drawing.
        place: where the name goes.
        proof: where the number and the codes go.
        qr: draws the QR codes.
    """

    part: Part
    place: NamePlace
    proof: Proof
    qr: QrStencil


class Book:
    """One document of certificates in the making.

    Args:
        sink: where the bytes go.
        plate: the artwork.
        block: artwork and one sheet laid out before, the quick way to a document of one page.
        sheet: that sheet.
    """

    def __init__(self, sink: Sink, plate: Part, block: Block | None = None, sheet: Sheet | None = None) -> None:
        """Write the artwork."""
        self._out = Assembly(sink)
        self._plate = plate
        self._lettering = Lettering()
        self._font_numbers: dict[str, int] = {}
        self._moved: dict[Sheet, int] = {}  # where the objects of a sheet begin
        self._pages: list[int] = []
        self._digest = hashlib.sha256()
        if block is None:
            self._out.add_all(plate.moved(0))
        else:
            self._out.add_block(block)
        if sheet is not None:
            self._moved[sheet] = len(plate.bodies)
        self._tree = self._out.reserve()

    @property
    def pages(self) -> int:
        """The number of pages so far."""
        return len(self._pages)

    def add(self, payload: Payload, names: Names, sheet: Sheet) -> None:
        """Write the objects of one page."""
        at, qr, lettering = self._place_of(sheet), sheet.qr, self._lettering
        self._digest.update(payload.to_json().encode())
        name = f"q\n{sheet.place.operator()}\n{ink()}\n{names.operators(lettering, sheet.place.top)}\nQ"
        proof = proof_operators(payload, sheet.proof, lettering, qr.bitmap(payload.code), qr.modules)
        contents = (
            at + sheet.part.names[ABOVE],
            self._out.add(stream(name.encode("ascii"))),
            at + sheet.part.names[BELOW],
            self._out.add(stream(f"q\n{proof}\nQ".encode("ascii"))),
        )
        link = self._out.add(_link(payload.url, sheet.proof))
        self._pages.append(self._out.add(self._page(sheet, at, contents, link)))

    def finish(self, title: str, shared: Shared) -> None:
        """Write the fonts, the page tree, the catalogue and the metadata.

        Args:
            title: the document's title.
            shared: whose issuers are the author and whose programme is the subject.
        """
        out = self._out
        for name, font in self._lettering.fonts():
            first = self._font_numbers[name]
            for offset, body in enumerate(font.objects(first)):
                out.put(first + offset, body)
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        out.put(self._tree, f"<< /Type /Pages /Kids [{kids}] /Count {self.pages} >>".encode("ascii"))
        root = out.add(
            b"<< /Type /Catalog /Pages %d 0 R /Lang (kk) /ViewerPreferences << /DisplayDocTitle true >> >>" % self._tree
        )
        author = "; ".join(issuer.name.forms()[0] for issuer in shared.issuers)
        entries = (
            ("Title", title),
            ("Author", author),
            ("Subject", shared.programme.inline()),
            ("Creator", _CREATOR),
            ("Producer", _CREATOR),
        )
        info = out.add(b"<< %s >>" % b" ".join(b"/%s %s" % (key.encode(), text_string(text)) for key, text in entries))
        out.finish(root, info, self._digest.digest()[:_IDENTITY_BYTES])

    def _place_of(self, sheet: Sheet) -> int:
        """Return the number before a sheet's first object; write the sheet if it is new to this document."""
        at = self._moved.get(sheet)
        if at is None:
            at = self._moved[sheet] = self._out.last
            self._out.add_all(sheet.part.moved(at))
        return at

    def _page(self, sheet: Sheet, at: int, contents: tuple[int, ...], link: int) -> bytes:
        fonts = {name: at + number for name, number in sheet.part.names.items() if name not in {ABOVE, BELOW}}
        for name, _ in self._lettering.fonts():
            if name not in self._font_numbers:
                self._font_numbers[name] = self._out.reserve(SubsetFont.OBJECTS)
        wide, tall = (f"{length:.2f}" for length in PAGE_SIZE)
        return (
            f"<< /Type /Page /Parent {self._tree} 0 R /MediaBox [0 0 {wide} {tall}] /Resources << /Font "
            f"<< {_entries(fonts | self._font_numbers)} >> /XObject "
            f"<< {_entries({name: self._plate.names[name] for name in (PLATE, RING)})} >> >> /Contents "
            f"[{' '.join(f'{number} 0 R' for number in contents)}] /Annots [{link} 0 R] >>"
        ).encode("ascii")


def _entries(numbers: dict[str, int]) -> str:
    return " ".join(f"/{name} {number} 0 R" for name, number in numbers.items())


def _link(url: str, proof: Proof) -> bytes:
    """Return the annotation that lets a reader on a screen click the QR code."""
    edges = (proof.x, proof.y, proof.x + proof.side, proof.y + proof.side)
    rectangle = " ".join(f"{edge * mm:.2f}" for edge in edges)
    action = b"<< /S /URI /URI %s >>" % text_string(url)
    return b"<< /Type /Annot /Subtype /Link /F 4 /Border [0 0 0] /Rect [%s] /A %s >>" % (rectangle.encode(), action)
