"""The stack of blocks between frame and foot: how the white is shared out, and the drawing of what is common."""

from dataclasses import dataclass
from typing import Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.pdf.fonts import faces
from app.pdf.text import Colour, spoken, width
from certificates.drawing import words
from certificates.drawing.art import HEIGHT, MIDDLE, PLATE, pen, points
from certificates.drawing.blocks import caption_block, columns_block, divider_block, issuers_block, title_block
from certificates.drawing.foot import draw_proof, draw_signatures, hand_over_block
from certificates.drawing.grid import FOOT, FOOT_TOP, TOP, Shared

# Least and most white, in all, between the blocks; how it is shared out; the last share is kept above the ink lines.
_TIGHT: Final = 13.0
_LOOSE: Final = 34.0
_SHARES: Final = (0.33, 0.22, 0.18, 0.19, 0.08)

_MARK_FILL: Final[Colour] = (0.960, 0.948, 0.925)
_MARK_LINE: Final[Colour] = (0.80, 0.74, 0.66)
_FILL_AND_STROKE: Final = 2


@dataclass(frozen=True)
class NamePlace:
    """Where the name goes: the top of its slot, within a stack that may be scaled.

    Args:
        top: millimetres, before scaling.
        scale: 1, or less when everything is long at once; never one language alone.
        x, y: where the scaled stack's origin lies, in points.
    """

    top: float
    scale: float
    x: float
    y: float

    def operator(self) -> str:
        """Return the operator that enters the stack's own measure."""
        return f"{self.scale:.5f} 0 0 {self.scale:.5f} {self.x:.2f} {self.y:.2f} cm"


class Stack:
    """The blocks of one kind of sheet.

    Args:
        shared: what the sheets have in common.
        slot: the height kept for the name.

    Attributes:
        place: where the name goes.
        top: the stack's upper edge on the sheet.
        bottom: its lower edge.
    """

    def __init__(self, shared: Shared, slot: float) -> None:
        """Measure the blocks and place them."""
        self._above = (issuers_block(shared), title_block(shared), caption_block(shared))
        self._below = (divider_block(shared), columns_block(shared))
        self._slot = slot
        need = sum(block.height for block in (*self._above, *self._below)) + slot
        room = TOP - FOOT_TOP
        self._scale = min(1.0, room / (need + _TIGHT))
        self._white = min(room / self._scale - need, _LOOSE)
        self.top = TOP - (room - self._scale * (need + self._white)) / 2
        self.bottom = self.top - self._scale * (need + self._white)
        issuers, title, caption = self._above
        used = issuers.height + title.height + caption.height + self._white * (_SHARES[0] + _SHARES[1])
        x, y = points(MIDDLE * (1 - self._scale), self.top * (1 - self._scale))
        self.place = NamePlace(self.top - used, self._scale, x, y)

    def _enter(self, canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(self.place.x, self.place.y)
        canvas.scale(self._scale, self._scale)

    def draw_above(self, canvas: Canvas) -> None:
        """Draw what stands above the name."""
        self._enter(canvas)
        top = self.top
        for block, share in zip(self._above, (*_SHARES[:2], 0.0), strict=True):
            block.draw(canvas, top)
            top -= block.height + self._white * share
        canvas.restoreState()

    def draw_below(self, canvas: Canvas) -> None:
        """Draw what stands under the name."""
        self._enter(canvas)
        top = self.place.top - self._slot - self._white * _SHARES[2]
        for block, share in zip(self._below, _SHARES[3:], strict=True):
            block.draw(canvas, top)
            top -= block.height + self._white * share
        canvas.restoreState()


def specimen_mark(canvas: Canvas) -> None:
    """Draw outlined letters across the sheet, under the text: plain to see, nothing made unreadable."""
    face, size = faces().sans_semibold, 58.0
    mark = "   ".join(words.SPECIMEN.forms())
    canvas.saveState()
    canvas.translate(*points(MIDDLE, HEIGHT / 2))
    canvas.rotate(28)
    canvas.setFillColorRGB(*_MARK_FILL)
    pen(canvas, _MARK_LINE, 0.5)
    text = canvas.beginText(-width(mark, face, size) / 2 * mm, -20)
    text.setFont(face.name, size)
    text.setTextRenderMode(_FILL_AND_STROKE)
    text.textOut(mark)
    with spoken(canvas, words.SPECIMEN.inline()):
        canvas.drawText(text)
    canvas.restoreState()


def draw_first_half(canvas: Canvas, shared: Shared, stack: Stack) -> None:
    """Draw what is read before the name: the artwork, the mark, the issuers and the title."""
    canvas.addLiteral(f"/{PLATE} Do")
    if shared.specimen:
        specimen_mark(canvas)
    stack.draw_above(canvas)


def draw_second_half(canvas: Canvas, shared: Shared, stack: Stack, modules: int) -> None:
    """Draw what is read after the name: the columns and the foot."""
    stack.draw_below(canvas)
    hand_over = hand_over_block(shared)
    draw_signatures(canvas, shared, FOOT + hand_over.height)
    hand_over.draw(canvas, FOOT)
    draw_proof(canvas, shared, modules)
