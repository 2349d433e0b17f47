"""The blocks of the stack, from the issuers down to the columns: each says its height and draws itself.

A text has one size in all three languages and in all issuers: the size at which the longest form fits.
"""

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.pdf.fonts import Face, faces
from app.pdf.text import Colour, Fitted, fit, leading, put, width
from certificates.drawing import words
from certificates.drawing.art import (
    GOLD,
    INK,
    LOGO,
    MIDDLE,
    PAPER,
    RING,
    SOFT,
    TEAL,
    divider,
    line,
    lozenge,
    pen,
    points,
)
from certificates.drawing.grid import COLUMN, GUTTER, LEFT, MEASURE, Block, Shared

_ISSUER_SIZES = (11.5, 10.5, 8.5)
_ISSUER_ROWS = (1, 2, 2)
_BESIDE_LOGO = 3.5
_CAPTION = 3.6
_CAP_HEIGHT = 0.67  # of the serif's capitals, in em


def _monogram(canvas: Canvas, x: float, y: float, letters: str) -> None:
    """Draw a stand-in for an issuer's logo: letters in an engine-turned ring."""
    radius = LOGO / 2
    canvas.saveState()
    canvas.translate(*points(x, y))
    canvas.addLiteral(f"/{RING} Do")
    canvas.restoreState()
    pen(canvas, TEAL, 0.7)
    canvas.setFillColorRGB(*PAPER)
    centre_x, centre_y, inner = points(x, y, radius * 0.76)
    canvas.circle(centre_x, centre_y, inner, stroke=1, fill=1)
    face = faces().serif_semibold
    largest = radius * (2.5 if len(letters) < 2 else 1.9)  # noqa: PLR2004 (one letter or more)
    size = fit([letters], face, radius * 1.2, largest, 2).size
    put(canvas, x, y - size * _CAP_HEIGHT / 2 / mm, letters, face, size, TEAL, "centre")


def issuers_block(shared: Shared) -> Block:
    """One lock-up per issuer: the monogram, if there is one, and the name in each language beside it."""
    count, face = len(shared.issuers), faces().serif
    slot = MEASURE / count
    names = [issuer.name.forms() for issuer in shared.issuers]
    largest, rows = _ISSUER_SIZES[count - 1], _ISSUER_ROWS[count - 1]
    fitted = fit([form for forms in names for form in forms], face, slot - LOGO - 9, largest, 7.5, rows)
    queue = iter(fitted.laid)
    stacks = [[next(queue) for _ in forms] for forms in names]
    air = 0.8 if fitted.rows > 1 else 0.0  # between languages, when a name takes two lines
    lead = leading(fitted.size)
    tall = [lead * sum(map(len, stack)) + air * (len(stack) - 1) for stack in stacks]
    indents = [LOGO + _BESIDE_LOGO if issuer.mark else 0.0 for issuer in shared.issuers]
    wide = [
        indent + max(width(row, face, fitted.size) for rows in stack for row in rows)
        for indent, stack in zip(indents, stacks, strict=True)
    ]
    height, gap = max(LOGO, *tall), (MEASURE - sum(wide)) / (count + 1)

    def draw(canvas: Canvas, top: float) -> None:
        x, middle = LEFT + gap, top - height / 2
        for i, stack in enumerate(stacks):
            if shared.issuers[i].mark:
                _monogram(canvas, x + LOGO / 2, middle, shared.issuers[i].mark)
            y = middle + tall[i] / 2 - 0.76 * lead
            for rows in stack:
                for row in rows:
                    put(canvas, x + indents[i], y, row, face, fitted.size, INK)
                    y -= lead
                y -= air
            x += wide[i] + gap

    return Block(height, draw)


def title_block(_: Shared) -> Block:
    """The title in letters of equal size, and under it what it is about."""
    size, gap, tracking = 30.0, 10.0, 0.06

    def draw(canvas: Canvas, top: float) -> None:
        face, titles = faces().serif_semibold, words.TITLE.forms()
        wide = [width(title, face, size, tracking) for title in titles]
        x = MIDDLE - (sum(wide) + gap * (len(titles) - 1)) / 2
        for i, title in enumerate(titles):
            if i:
                lozenge(canvas, x - gap / 2, top - 3.5, 1.0, 1.7)
            put(canvas, x, top - 7.0, title, face, size, TEAL, tracking=tracking)
            x += wide[i] + gap
        put(canvas, MIDDLE, top - 13.4, words.SUBTITLE.inline(), faces().serif, 12, INK, "centre")

    return Block(14.4, draw)


def caption_block(_: Shared) -> Block:
    """The words above the name."""

    def draw(canvas: Canvas, top: float) -> None:
        put(canvas, MIDDLE, top - 2.4, words.HOLDER.inline(), faces().sans, 8.5, SOFT, "centre")

    return Block(_CAPTION, draw)


def divider_block(_: Shared) -> Block:
    """The ornament under the name."""
    return Block(3.6, lambda canvas, top: divider(canvas, top - 1.8))


class _Row:
    """A row of the columns: one text per language, all of one size."""

    def __init__(self, fitted: Fitted, face: Face, colour: Colour, below: float) -> None:
        self.fitted, self.face, self.colour, self.below = fitted, face, colour, below
        self.lead = leading(fitted.size)
        self.height = self.lead * fitted.rows

    def draw(self, canvas: Canvas, top: float) -> None:
        for column, lines in enumerate(self.fitted.laid):
            x = MIDDLE + (column - 1) * (COLUMN + GUTTER)
            y = top - (self.height - self.lead * len(lines)) / 2 - 0.78 * self.lead
            for number, text in enumerate(lines):
                self.put_line(canvas, x, y - self.lead * number, column, text)

    def put_line(self, canvas: Canvas, x: float, y: float, _column: int, text: str) -> None:
        put(canvas, x, y, text, self.face, self.fitted.size, self.colour, "centre")


class _FactRow(_Row):
    """A fact: its label in the softer ink, then the value."""

    def __init__(self, fitted: Fitted, labels: tuple[str, str, str]) -> None:
        super().__init__(fitted, faces().sans, INK, 0.2)
        self.labels = labels

    def put_line(self, canvas: Canvas, x: float, y: float, column: int, text: str) -> None:
        label = self.labels[column] + ":"
        head = label if text.startswith(label) else ""
        left = x - width(text, self.face, self.fitted.size) / 2
        if head:
            left += put(canvas, left, y, head, self.face, self.fitted.size, SOFT)
        put(canvas, left, y, text[len(head) :], self.face, self.fitted.size, INK)


def _fact_rows(shared: Shared) -> list[_Row]:
    labels = [words.FACT_LABELS[fact.key].columns() for fact in shared.facts]
    texts = [
        f"{label}: {value}"
        for row, fact in zip(labels, shared.facts, strict=True)
        for label, value in zip(row, fact.value.columns(), strict=True)
    ]
    fitted = fit(texts, faces().sans, COLUMN, 9, 7.5, 2)
    return [
        _FactRow(Fitted(fitted.size, fitted.laid[3 * i : 3 * i + 3]), row_labels) for i, row_labels in enumerate(labels)
    ]


def columns_block(shared: Shared) -> Block:
    """Three columns of equal type: the statement, the programme, then a row for each known fact."""
    serif, bold = faces().serif, faces().serif_semibold
    rows = [
        _Row(fit(words.STATEMENT.columns(), serif, COLUMN - 4, 10, 9, 2), serif, INK, 1.2),
        _Row(fit(shared.programme.columns(), bold, COLUMN, 13, 8.5, 4), bold, TEAL, 1.8),
        *_fact_rows(shared),
    ]
    total = sum(row.height + row.below for row in rows) - rows[-1].below

    def draw(canvas: Canvas, top: float) -> None:
        pen(canvas, GOLD, 0.4)
        for side in (-1, 1):
            x = MIDDLE + side * (COLUMN + GUTTER) / 2
            line(canvas, (x, top), (x, top - total))
        for row in rows:
            row.draw(canvas, top)
            top -= row.height + row.below

    return Block(total, draw)
