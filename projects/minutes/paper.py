"""Drawing frozen minutes on A4: headed, dated, numbered, paged, with places for the signatures. Millimetres, points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import zip_longest
from typing import Any, Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.pdf.fonts import Face, faces, parsing_lock, printable
from app.pdf.paper import INK, LINE, SOFT, TALL, WIDE, paper
from app.pdf.text import Align, Colour, chopped, leading, put, width
from projects.minutes.wording import DRAFT, DRAFT_FOOT, Lang

LEFT, RIGHT, TOP, FOOT = 25.0, 195.0, 277.0, 22.0
MEASURE: Final = RIGHT - LEFT
BODY, SMALL = 11.5, 9.0
INDENT: Final = 9.0
INK_LINE, NAMES = 77.0, 122.0  # where the line for ink and the names beside it begin
LABEL: Final = 42.0  # the column of labels
STATE: Final = 34.0  # the column that says how somebody takes part
MARK: Final[Colour] = (0.88, 0.89, 0.9)
_GAP, _SECTION = 1.6, 4.2
_SIGNATURE: Final = 17.0


def draw(content: Mapping[str, Any], lang: Lang, *, draft: bool) -> bytes:
    """The minutes in one language as a PDF; a draft says so across every page.

    Args:
        content: as ``content_of`` makes it; characters that no typeface has are drawn as question marks;
            closed minutes have none.

    """
    document = content[lang]
    with parsing_lock:
        pages = _Minutes(_Sheet(document, lang, draft=draft, pages=0)).run()[1]
        return _Minutes(_Sheet(document, lang, draft=draft, pages=pages)).run()[0]


@dataclass
class _Sheet:
    """The pages of one document in the making, and the place on the present one.

    Args:
        pages: how many there are in all, as a first run found out; 0 in that run.

    """

    document: Mapping[str, Any]
    lang: Lang
    draft: bool
    pages: int
    page: int = 1
    y: float = TOP
    target: BytesIO = field(default_factory=BytesIO)
    canvas: Canvas = field(init=False)

    def __post_init__(self) -> None:
        """Begin the first page."""
        document = self.document
        title = f"{document['foot']}, {document['date']}"
        self.canvas = paper(self.target, title=title, author=document["organisation"], lang=self.lang)
        self.canvas.setSubject(document["about"])
        self.begin()

    def put(
        self, x: float, text: str, face: Face, size: float = BODY, ink: Colour = INK, align: Align = "left"
    ) -> None:
        """One line at the present height."""
        put(self.canvas, x, self.y, printable(text), face, size, ink, align)

    def text(self, text: str, face: Face, *, size: float = BODY, align: Align = "left") -> None:
        """A paragraph over the whole measure."""
        x = {"left": LEFT, "centre": (LEFT + RIGHT) / 2, "right": RIGHT}[align]
        for row in laid(text, face, size, MEASURE):
            self.down(size)
            self.put(x, row, face, size, align=align)

    def down(self, size: float) -> None:
        """Go to the next line, on the next page if need be."""
        self.room(leading(size))
        self.y -= leading(size)

    def room(self, needed: float) -> None:
        """Turn the page when so much does not fit any more."""
        if self.y - needed < FOOT + 6:
            self.end()
            self.page += 1
            self.begin()

    def begin(self) -> None:
        """A fresh page; that of a draft is marked under everything else."""
        self.y = TOP
        if self.draft:
            self._mark()

    def end(self) -> None:
        """The foot of a page."""
        house = faces()
        foot = self.document["foot"]
        note = f"{foot}, {DRAFT_FOOT.get(self.lang)}" if self.draft else f"{foot}, {self.document['date']}"
        put(self.canvas, LEFT, FOOT - 8, printable(note), house.sans, SMALL, SOFT)
        put(self.canvas, RIGHT, FOOT - 8, f"{self.page} / {self.pages}", house.sans, SMALL, SOFT, "right")
        self.canvas.showPage()

    def line(self, left: float, right: float, ink: Colour = LINE) -> None:
        """A rule at the present height."""
        self.canvas.setStrokeColorRGB(*ink)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(left * mm, self.y * mm, right * mm, self.y * mm)

    def _mark(self) -> None:
        face = faces().sans_semibold
        text = DRAFT.get(self.lang)
        size = 60.0 * 190 / max(width(text, face, 60.0), 1.0)
        self.canvas.saveState()
        self.canvas.translate(WIDE / 2 * mm, TALL / 2 * mm)
        self.canvas.rotate(52)
        put(self.canvas, 0, -size / 8, text, face, size, MARK, "centre")
        self.canvas.restoreState()


def laid(text: str, face: Face, size: float, measure: float) -> list[str]:
    """The lines of a text; each of its own lines begins a new one."""
    return [row for line in text.splitlines() for row in chopped(printable(line), face, size, measure)]


@dataclass(frozen=True)
class _Minutes:
    """What is drawn on the sheet, block by block."""

    sheet: _Sheet

    def run(self) -> tuple[bytes, int]:
        """Draw everything; returns the file and the number of pages."""
        document, sheet = self.sheet.document, self.sheet
        self._head(document)
        blocks = document["blocks"]
        last = max((place for place, block in enumerate(blocks) if "heading" in block), default=0)
        for place, block in enumerate(blocks):
            if place == last:
                self._keep(blocks[last:], document["signatures"])
            self._block(block)
        self._signatures(document["signatures"])
        sheet.end()
        sheet.canvas.save()
        return sheet.target.getvalue(), sheet.page

    def _block(self, block: Mapping[str, Any]) -> None:
        sheet, house = self.sheet, faces()
        if "heading" in block:
            sheet.room(_SECTION + 3 * leading(BODY))
            sheet.y -= _SECTION
            sheet.text(block["heading"], house.serif_semibold)
        elif "row" in block:
            self._two(*block["row"])
        elif "person" in block:
            self._person(block)
        elif "item" in block:
            self._hanging(block["item"], block["text"])
        elif "resolved" in block:
            sheet.y -= _GAP
            sheet.text(block["resolved"], house.serif_semibold)

    def _keep(self, blocks: Sequence[Mapping[str, Any]], signatures: Sequence[Sequence[str]]) -> None:
        """Turn the page before the last item if the signatures would otherwise stand alone on the next."""
        needed = sum(map(_height, blocks)) + _signed(signatures)
        if needed < TOP - FOOT - 6:
            self.sheet.room(needed)

    def _head(self, document: Mapping[str, Any]) -> None:
        sheet, house = self.sheet, faces()
        sheet.text(document["organisation"], house.sans_semibold, size=12, align="centre")
        sheet.y -= 1.5
        sheet.line(LEFT, RIGHT)
        sheet.y -= 7
        sheet.text(f"{document['heading']} {document['number']}", house.serif_semibold, size=17, align="centre")
        sheet.y -= 1
        sheet.text(document["about"], house.serif, size=12, align="centre")
        sheet.y -= 4
        sheet.down(BODY)
        sheet.put(LEFT, document["date"], house.serif)
        sheet.put(RIGHT, document["place"], house.serif, align="right")
        sheet.y -= 4

    def _two(self, label: str, value: str) -> None:
        """A label, and beside it the value in as many lines as it takes."""
        sheet, house = self.sheet, faces()
        rows = laid(value, house.serif, BODY, MEASURE - LABEL)
        names = laid(label, house.sans, SMALL, LABEL - 3)
        sheet.y -= _GAP
        sheet.room(leading(BODY) * min(len(rows), 2))
        for name, row in zip_longest(names, rows, fillvalue=""):
            sheet.down(BODY)
            sheet.put(LEFT, name, house.sans, SMALL, SOFT)
            sheet.put(LEFT + LABEL, row, house.serif)

    def _person(self, block: Mapping[str, Any]) -> None:
        """A member: the name, below it office and duty, at the right how they take part."""
        sheet, house = self.sheet, faces()
        measure = MEASURE - STATE - 3
        name = laid(block["person"], house.serif_semibold, BODY, measure)
        about = laid(block["about"], house.serif, SMALL + 1, measure)
        sheet.y -= _GAP
        sheet.room(leading(BODY) * len(name) + leading(SMALL + 1) * len(about))
        for place, row in enumerate(name):
            sheet.down(BODY)
            sheet.put(LEFT, row, house.serif_semibold)
            if place == 0:
                sheet.put(RIGHT, block["state"], house.serif, align="right")
        for row in about:
            sheet.down(SMALL + 1)
            sheet.put(LEFT, row, house.serif, SMALL + 1, SOFT)

    def _hanging(self, mark: str, text: str) -> None:
        sheet, face = self.sheet, faces().serif
        sheet.y -= _GAP / 2
        rows = laid(text, face, BODY, MEASURE - INDENT)
        sheet.room(leading(BODY) * min(len(rows), 6))
        for place, row in enumerate(rows):
            sheet.down(BODY)
            sheet.put(LEFT, "" if place else mark, face)
            sheet.put(LEFT + INDENT, row, face)

    def _signatures(self, signatures: Sequence[Sequence[str]]) -> None:
        """Office, a line for ink, the name."""
        sheet, face = self.sheet, faces().serif
        sheet.room(_signed(signatures))
        sheet.y -= _SECTION * 2
        for office, name in signatures:
            sheet.y -= _SIGNATURE
            sheet.put(LEFT, office, face)
            sheet.line(INK_LINE, NAMES - 3, INK)
            for place, row in enumerate(_signer(name)):
                sheet.y -= leading(BODY) if place else 0
                sheet.put(NAMES, row, face)


def _height(block: Mapping[str, Any]) -> float:
    """How much of the page a block of an item takes, in mm."""
    house = faces()
    if "row" in block:
        return _GAP + leading(BODY) * len(laid(block["row"][1], house.serif, BODY, MEASURE - LABEL))
    text = block.get("heading") or block.get("resolved") or ""
    return _SECTION + leading(BODY) * len(laid(text, house.serif_semibold, BODY, MEASURE))


def _signer(name: str) -> list[str]:
    """The name beside the line for ink; an empty line when nobody is named."""
    return laid(name, faces().serif, BODY, RIGHT - NAMES) or [""]


def _signed(signatures: Sequence[Sequence[str]]) -> float:
    """How much of the page the signatures take, in mm."""
    return _SECTION * 2 + sum(_SIGNATURE + leading(BODY) * (len(_signer(name)) - 1) for _, name in signatures)
