"""The artwork that all sheets share: guilloche frame, engine-turned rosettes, qoshqar muiz ornament.

Abstract ornament, no state symbols. Lengths are millimetres from the lower left corner, line weights are points.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from app.pdf.text import Colour

WIDTH: Final = 297.0
HEIGHT: Final = 210.0
MIDDLE: Final = WIDTH / 2

# The frame: outer rule, middle of the guilloche, inner rule; sides of the corner block and of a logo.
RULE: Final = 8.0
BAND: Final = 12.0
INNER: Final = 16.0
CORNER: Final = 11.0
LOGO: Final = 13.5

PAPER: Final[Colour] = (0.996, 0.993, 0.984)
INK: Final[Colour] = (0.09, 0.13, 0.17)
SOFT: Final[Colour] = (0.30, 0.35, 0.39)
TEAL: Final[Colour] = (0.03, 0.30, 0.37)
GOLD: Final[Colour] = (0.62, 0.46, 0.14)
WHITE: Final[Colour] = (1.0, 1.0, 1.0)
_TEAL_LINE: Final[Colour] = (0.13, 0.50, 0.56)
_TEAL_MIST: Final[Colour] = (0.87, 0.93, 0.93)
_GOLD_LINE: Final[Colour] = (0.78, 0.64, 0.34)
_GOLD_MIST: Final[Colour] = (0.95, 0.92, 0.85)

PLATE: Final = "plate"
RING: Final = "ring"

Position = Callable[[float], tuple[float, float]]


@dataclass(frozen=True)
class _Ribbon:
    """The guilloche along one side of the frame: one period is drawn and repeated."""

    form: str
    run: float
    periods: int


@dataclass(frozen=True)
class _Rosette:
    """One lobed closed curve, repeated with a small turn."""

    form: str
    radius: float
    lobes: int
    copies: int
    depth: float
    colour: Colour
    weight: float = 0.25


_WIDE = _Ribbon("wide", WIDTH - 2 * RULE - 2 * CORNER, 32)
_TALL = _Ribbon("tall", HEIGHT - 2 * RULE - 2 * CORNER, 22)
_MEDALLION = (
    _Rosette("outer", 74, 36, 8, 0.20, _TEAL_MIST),
    _Rosette("middle", 60, 24, 8, 0.34, _GOLD_MIST),
    _Rosette("inner", 41, 18, 8, 0.55, _TEAL_MIST),
)
_RING = _Rosette(RING, LOGO / 2, 28, 3, 0.24, _GOLD_LINE)


def pen(canvas: Canvas, colour: Colour, weight: float, cap: int = 0) -> None:
    """Take up a pen: colour, line weight, and the shape of line ends (0 butt, 1 round)."""
    canvas.setStrokeColorRGB(*colour)
    canvas.setLineWidth(weight)
    canvas.setLineCap(cap)


def points(*lengths: float) -> list[float]:
    """Return lengths in points, rounded to a hundredth to keep files small."""
    return [round(length * mm, 2) for length in lengths]


def _edges(*lengths: float) -> list[int]:
    """Return the sides of a form's box in whole points, rounded outwards."""
    return [math.ceil(length * mm) if length > 0 else math.floor(length * mm) for length in lengths]


def line(canvas: Canvas, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a straight line with the pen that was taken up."""
    x1, y1, x2, y2 = points(*start, *end)
    canvas.line(x1, y1, x2, y2)


def rectangle(canvas: Canvas, corner: tuple[float, float], wide: float, tall: float, *, filled: bool = False) -> None:
    """Draw the outline of a rectangle, or fill it as well, from its lower left corner."""
    x, y, w, h = points(*corner, wide, tall)
    canvas.rect(x, y, w, h, stroke=0 if filled else 1, fill=1 if filled else 0)


def stamp(canvas: Canvas, form: str, x: float, y: float, turn: float = 0) -> None:
    """Draw a stored form with its origin at (x, y), turned by so many degrees."""
    canvas.saveState()
    canvas.translate(*points(x, y))
    canvas.rotate(turn)
    canvas.doForm(form)
    canvas.restoreState()


def _curve(canvas: Canvas, position: Position, steps: int) -> None:
    """Stroke a smooth Bézier path through position(t), 0 <= t <= 1, exact in place and direction at every step."""
    path, step, tiny = canvas.beginPath(), 1 / steps, 1e-5

    def arm(t: float, sign: int) -> tuple[float, float]:
        (x, y), (ahead_x, ahead_y), (behind_x, behind_y) = position(t), position(t + tiny), position(t - tiny)
        reach = sign / (2 * tiny) * step / 3
        return x + reach * (ahead_x - behind_x), y + reach * (ahead_y - behind_y)

    path.moveTo(*points(*position(0)))
    for i in range(steps):
        path.curveTo(*points(*arm(i * step, 1), *arm((i + 1) * step, -1), *position((i + 1) * step)))
    canvas.drawPath(path, stroke=1, fill=0)


def _wave(period: float, reach: float, offset: float, shift: float) -> Position:
    """Return one strand of a braid over one period."""

    def position(t: float) -> tuple[float, float]:
        phase = shift + 0.2 * offset
        swing = math.sin(2 * math.pi * t + phase) - 0.2 * math.sin(6 * math.pi * t + phase)
        return t * period, reach * (1 - 0.05 * abs(offset)) * swing

    return position


def _ribbon_cell(canvas: Canvas, ribbon: _Ribbon) -> None:
    """Store one period of the guilloche: two crossing braids of fine teal strands over two of gold."""
    period = ribbon.run / ribbon.periods
    canvas.beginForm(ribbon.form, *_edges(-1, -4, period + 1, 4))
    for colour, reach, strands, shift in ((_GOLD_LINE, 2.3, 5, math.pi / 2), (_TEAL_LINE, 2.9, 7, 0.0)):
        pen(canvas, colour, 0.22)
        for sign in (1, -1):
            for strand in range(strands):
                _curve(canvas, _wave(period, sign * reach, strand - (strands - 1) / 2, shift), 12)
    canvas.endForm()


def _rosette(canvas: Canvas, rosette: _Rosette) -> None:
    """Store a rosette as a form about its middle."""

    def position(t: float) -> tuple[float, float]:
        angle = 2 * math.pi * t
        swing = math.cos(2 * math.pi * rosette.lobes * t)
        reach = rosette.radius * (1 - rosette.depth / 2 + rosette.depth / 2 * swing)
        return reach * math.cos(angle), reach * math.sin(angle)

    edge = rosette.radius + 1
    edges = _edges(-edge, -edge, edge, edge)
    canvas.beginForm(rosette.form + "-curve", *edges)
    pen(canvas, rosette.colour, rosette.weight)
    _curve(canvas, position, rosette.lobes * 4)
    canvas.endForm()
    canvas.beginForm(rosette.form, *edges)
    for copy in range(rosette.copies):
        stamp(canvas, rosette.form + "-curve", 0, 0, 360 * copy / rosette.copies / rosette.lobes)
    canvas.endForm()


def _frame(canvas: Canvas) -> None:
    for inset, colour, weight in (
        (RULE, GOLD, 0.9),
        (RULE + 0.7, GOLD, 0.25),
        (INNER - 0.7, TEAL, 0.5),
        (INNER, GOLD, 0.25),
    ):
        pen(canvas, colour, weight)
        rectangle(canvas, (inset, inset), WIDTH - 2 * inset, HEIGHT - 2 * inset)
    for ribbon in (_WIDE, _TALL):
        for i in range(ribbon.periods):
            along = RULE + CORNER + i * ribbon.run / ribbon.periods
            if ribbon is _WIDE:
                stamp(canvas, ribbon.form, along, BAND)
                stamp(canvas, ribbon.form, along, HEIGHT - BAND)
            else:
                stamp(canvas, ribbon.form, BAND, along, 90)
                stamp(canvas, ribbon.form, WIDTH - BAND, along, 90)
    for x in (RULE + CORNER / 2, WIDTH - RULE - CORNER / 2):
        for y in (RULE + CORNER / 2, HEIGHT - RULE - CORNER / 2):
            _corner_block(canvas, x, y)


def _horn(path: PDFPathObject, unit: float, side: int) -> None:
    """Add one ram's horn (qoshqar muiz) growing up from the origin: a stem and five quarter arcs of falling radius."""
    quarter = 0.5523  # the Bézier arm of a quarter circle, in radii

    def place(a: float, b: float) -> list[float]:
        return points(side * a * unit, b * unit)

    path.moveTo(*place(0.6, 0))
    x, y, heading_x, heading_y = 0.6, 4.6, 0.0, 1.0
    path.lineTo(*place(x, y))
    for radius in (2.75, 2.5, 2.0, 1.5, 1.05):
        next_x, next_y = heading_y, -heading_x
        end_x, end_y = x + radius * (heading_x + next_x), y + radius * (heading_y + next_y)
        arm = quarter * radius
        path.curveTo(
            *place(x + arm * heading_x, y + arm * heading_y),
            *place(end_x - arm * next_x, end_y - arm * next_y),
            *place(end_x, end_y),
        )
        x, y, heading_x, heading_y = end_x, end_y, next_x, next_y


def _horns(canvas: Canvas, x: float, y: float, unit: float, turn: float) -> None:
    """Draw a pair of horns turned about (x, y)."""
    canvas.saveState()
    canvas.translate(*points(x, y))
    canvas.rotate(turn)
    pen(canvas, TEAL, unit * mm, cap=1)
    for side in (1, -1):
        path = canvas.beginPath()
        _horn(path, unit, side)
        canvas.drawPath(path, stroke=1, fill=0)
    canvas.restoreState()


def lozenge(canvas: Canvas, x: float, y: float, half_width: float, half_height: float) -> None:
    """Draw a small gold lozenge about its middle."""
    path = canvas.beginPath()
    path.moveTo(*points(x - half_width, y))
    for dx, dy in ((0.0, half_height), (half_width, 0.0), (0.0, -half_height)):
        path.lineTo(*points(x + dx, y + dy))
    path.close()
    canvas.setFillColorRGB(*GOLD)
    canvas.drawPath(path, stroke=0, fill=1)


def _corner_block(canvas: Canvas, x: float, y: float) -> None:
    canvas.setFillColorRGB(*PAPER)
    rectangle(canvas, (x - CORNER / 2, y - CORNER / 2), CORNER, CORNER, filled=True)
    for inset, weight in ((0.0, 0.9), (0.7, 0.25)):
        pen(canvas, GOLD, weight)
        side = CORNER - 2 * inset
        rectangle(canvas, (x - side / 2, y - side / 2), side, side)
    for turn in (0, 90, 180, 270):
        _horns(canvas, x, y, 0.5, turn)
    lozenge(canvas, x, y, 0.75, 0.75)


def divider(canvas: Canvas, y: float, half: float = 48.0) -> None:
    """Draw the ornament that parts the name from what it is given for."""
    for side in (-1, 1):
        pen(canvas, GOLD, 0.5)
        line(canvas, (MIDDLE + side * 7, y), (MIDDLE + side * half, y))
        lozenge(canvas, MIDDLE + side * half, y, 0.9, 0.45)
        _horns(canvas, MIDDLE + side * 1.2, y, 0.36, -90 * side)
    lozenge(canvas, MIDDLE, y, 0.7, 1.2)


def store_plate(canvas: Canvas, *, tint: bool) -> None:
    """Store the forms PLATE (the whole artwork) and RING (round a monogram) in a document.

    Args:
        canvas: the document.
        tint: lay the paper's tint under everything. On a 1-bit printer it would dither over the whole sheet.
    """
    for ribbon in (_WIDE, _TALL):
        _ribbon_cell(canvas, ribbon)
    for rosette in (*_MEDALLION, _RING):
        _rosette(canvas, rosette)
    canvas.beginForm(PLATE, *_edges(0, 0, WIDTH, HEIGHT))
    if tint:
        canvas.setFillColorRGB(*PAPER)
        rectangle(canvas, (0, 0), WIDTH, HEIGHT, filled=True)
    for rosette in _MEDALLION:
        stamp(canvas, rosette.form, MIDDLE, HEIGHT / 2)
    _frame(canvas)
    canvas.endForm()
