"""The signing sheet of a half-day on A4: Kazakh above, Russian below, a box for each signature. Millimetres, points."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.pdf.fonts import Face, faces, parsing_lock, printable
from app.pdf.paper import INK, LINE, SOFT, paper
from app.pdf.text import Align, Colour, chopped, leading, put

LEFT, RIGHT, TOP, FOOT = 20.0, 195.0, 280.0, 20.0
COLUMNS: Final = (20.0, 31.0, 99.0, 151.0, 195.0)  # where each column begins, and the right end
NAME, BODY, SMALL = 11.0, 10.0, 8.5
ROW: Final = 10.5  # the least height of a row: room for a signature
PAD: Final = 1.8
HEADING: Final = ("ҚОЛ ҚОЮ ПАРАҒЫ", "ЛИСТ ПОДПИСЕЙ")
HEADS: Final = (("№", ""), ("Аты-жөні", "Ф. И. О."), ("Ұйымы", "Организация"), ("Қолы", "Подпись"))
TOTAL: Final = "Барлығы · Всего: {n}"
KEEPER: Final = "Жауапты · Ответственный"


@dataclass(frozen=True, slots=True)
class SigningSheet:
    """What a signing sheet says.

    Args:
        organisation, about: in Kazakh and in Russian, line by line; alike in both, or unknown in one, it stands once.
        rows: number, name, organisation of each person.
        foot: which sheet it is, on every page.

    """

    organisation: tuple[str, str]
    about: tuple[tuple[str, str], ...]
    rows: Sequence[tuple[str, str, str]]
    foot: str


def draw(sheet: SigningSheet) -> bytes:
    """The sheet as a PDF; characters that no typeface has are drawn as question marks."""
    with parsing_lock:
        pages = _Paper(sheet, pages=0).run()[1]
        return _Paper(sheet, pages=pages).run()[0]


@dataclass
class _Paper:
    """The pages in the making, and the place on the present one; ``pages``: how many, as a first run found out."""

    sheet: SigningSheet
    pages: int
    page: int = 1
    y: float = TOP
    target: BytesIO = field(default_factory=BytesIO)
    canvas: Canvas = field(init=False)

    def __post_init__(self) -> None:
        """Begin the first page."""
        title = f"{HEADING[0]} · {HEADING[1]}, {self.sheet.foot}"
        self.canvas = paper(self.target, title=title, author=self.sheet.organisation[0], lang="kk")

    def run(self) -> tuple[bytes, int]:
        """Draw everything; returns the file and the number of pages."""
        self._head()
        self._heads()
        last = len(self.sheet.rows)
        for place, row in enumerate(self.sheet.rows, start=1):
            self._row(row, more=_END if place == last else 0.0)
        self._end_of_list()
        self._turn()
        self.canvas.save()
        return self.target.getvalue(), self.page

    def _put(
        self, x: float, text: str, face: Face, size: float = BODY, ink: Colour = INK, align: Align = "left"
    ) -> None:
        put(self.canvas, x, self.y, printable(text), face, size, ink, align)

    def _head(self) -> None:
        house = faces()
        bold, serif = house.sans_semibold, house.serif
        self._pair(self.sheet.organisation, (bold, BODY), (house.sans, BODY), below=3.0)
        self._pair(HEADING, (house.serif_semibold, 16.0), (house.serif_semibold, 12.0), below=3.5)
        for pair in self.sheet.about:
            self._pair(pair, (serif, NAME), (serif, BODY), below=1.2)
        self.y -= 4

    def _pair(
        self, texts: tuple[str, str], first: tuple[Face, float], second: tuple[Face, float], *, below: float
    ) -> None:
        """Kazakh, and under it Russian unless it says the same."""
        for text, (face, size), ink in zip(_once(texts), (first, second), (INK, SOFT), strict=False):
            for part in chopped(printable(text), face, size, RIGHT - LEFT):
                self.y -= leading(size)
                self._put((LEFT + RIGHT) / 2, part, face, size, ink, "centre")
        self.y -= below if any(texts) else 0

    def _heads(self) -> None:
        """The heads of the columns, on every page."""
        house, top = faces(), self.y
        for left, (kazakh, russian) in zip(COLUMNS, HEADS, strict=False):
            self.y = top - leading(SMALL) - PAD / 2
            self._put(left + PAD, kazakh, house.sans_semibold, SMALL)
            self.y -= leading(SMALL)
            self._put(left + PAD, russian, house.sans, SMALL, SOFT)
        self._box(top, 2 * leading(SMALL) + 2 * PAD)

    def _row(self, row: tuple[str, str, str], *, more: float) -> None:
        """One person; ``more``: what has to stand on the same page below the last one."""
        house = faces()
        number, name, body = row
        names = chopped(printable(name), house.serif, NAME, COLUMNS[2] - COLUMNS[1] - 2 * PAD)
        bodies = chopped(printable(body), house.sans, SMALL, COLUMNS[3] - COLUMNS[2] - 2 * PAD)
        high = max(ROW, leading(NAME) * len(names) + 2 * PAD, leading(SMALL) * len(bodies) + 2 * PAD)
        if self.y - high - more < FOOT:
            self._turn()
            self.page += 1
            self.y = TOP
            self._heads()
        top = self.y
        for left, lines, face, size in (
            (COLUMNS[0], (number,), house.sans, BODY),
            (COLUMNS[1], names, house.serif, NAME),
            (COLUMNS[2], bodies, house.sans, SMALL),
        ):
            self.y = top - (high - leading(size) * len(lines)) / 2 + leading(size) * 0.22
            for line in lines:
                self.y -= leading(size)
                self._put(left + PAD, line, face, size, SOFT if face is house.sans else INK)
        self._box(top, high)

    def _box(self, top: float, high: float) -> None:
        """The frame of a row; the place goes below it."""
        self.canvas.setStrokeColorRGB(*LINE)
        self.canvas.setLineWidth(0.5)
        bottom = top - high
        for x in COLUMNS:
            self.canvas.line(x * mm, top * mm, x * mm, bottom * mm)
        for y in (top, bottom):
            self.canvas.line(LEFT * mm, y * mm, RIGHT * mm, y * mm)
        self.y = bottom

    def _end_of_list(self) -> None:
        face = faces().serif
        self.y -= leading(BODY) + 3
        self._put(LEFT, TOTAL.format(n=len(self.sheet.rows)), face)
        self.y -= 12
        self._put(LEFT, KEEPER, face)
        self.canvas.setStrokeColorRGB(*INK)
        self.canvas.line(66 * mm, self.y * mm, 130 * mm, self.y * mm)

    def _turn(self) -> None:
        """The foot of a page, and the next page."""
        face = faces().sans
        put(self.canvas, LEFT, FOOT - 10, printable(self.sheet.foot), face, SMALL, SOFT)
        put(self.canvas, RIGHT, FOOT - 10, f"{self.page} / {self.pages}", face, SMALL, SOFT, "right")
        self.canvas.showPage()


_END: Final = leading(BODY) + 3 + 12 + 2


def _once(texts: tuple[str, str]) -> list[str]:
    """Both texts, or one if they are alike or the other is unknown."""
    return [text for text in dict.fromkeys(texts) if text]
