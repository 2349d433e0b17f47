"""Setting text to a measure: widths, lines, balance, and one size that suits several texts.

Widths and measures are millimetres, type sizes are points.
"""

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.pdf.fonts import Face

Colour = tuple[float, float, float]
Align = Literal["left", "centre", "right"]

SIZE_STEP = 0.25
LINE_SPACING = 1.24
_BALANCE_PRECISION_MM = 0.5
# A line may be broken after a plain space (never after a no-break one) and after the hyphen of a long double surname.
_BREAKS = re.compile(r"(?<= )|(?<=\w{4}-)(?=\w{4})")


@dataclass(frozen=True, slots=True)
class Fitted:
    """Texts that were given one common size.

    Args:
        size: the type size in points.
        laid: the lines of each text, in the order of the texts.
    """

    size: float
    laid: tuple[tuple[str, ...], ...]

    @property
    def rows(self) -> int:
        """The number of lines of the longest text."""
        return max(map(len, self.laid), default=0)


@lru_cache(maxsize=8192)
def _em_width(text: str, face: Face) -> float:
    return sum(map(face.advances.__getitem__, text))


def width(text: str, face: Face, size: float, tracking: float = 0.0) -> float:
    """Return the width of a line; `tracking` is extra space between letters as a fraction of the size.

    Raises:
        UnprintableError: a character has no glyph.
    """
    spaces = tracking * max(len(text) - 1, 0)
    return (_em_width(text, face) + spaces) * size / mm


def leading(size: float) -> float:
    """Return the distance between baselines."""
    return size * LINE_SPACING / mm


def wrap(text: str, face: Face, size: float, limit: float) -> tuple[str, ...]:
    """Return greedy lines, broken at spaces and inside long double surnames, never hyphenated.

    A single word wider than the limit gets a line of its own and overflows it: see :func:`chopped`.
    """
    lines = [""]
    for piece in _BREAKS.split(text):
        if lines[-1] and width((lines[-1] + piece).rstrip(" "), face, size) > limit:
            lines.append("")
        lines[-1] += piece
    return tuple(line.rstrip(" ") for line in lines)


def chopped(text: str, face: Face, size: float, limit: float) -> tuple[str, ...]:
    """Wrap, and cut what still overflows between any two letters: the last resort that loses nothing."""
    lines: list[str] = []
    for whole in wrap(text, face, size, limit):
        line = ""
        for character in whole:
            if line and width(line + character, face, size) > limit:
                lines.append(line)
                line = ""
            line += character
        lines.append(line)
    return tuple(lines)


def balanced(text: str, face: Face, size: float, limit: float) -> tuple[str, ...]:
    """Return the fewest lines that fit, set to the narrowest measure that keeps that number."""
    best = wrap(text, face, size, limit)
    if len(best) == 1:
        return best
    low, high = 0.0, limit
    while high - low > _BALANCE_PRECISION_MM:
        middle = (low + high) / 2
        lines = wrap(text, face, size, middle)
        if len(lines) == len(best) and _within(lines, face, size, middle):
            best, high = lines, middle
        else:
            low = middle
    return best


def _within(lines: Sequence[str], face: Face, size: float, limit: float) -> bool:
    return all(width(line, face, size) <= limit for line in lines)


def fit(
    texts: Sequence[str], face: Face, limit: float, largest: float, smallest: float, rows: int = 1, keep: float = 0.88
) -> Fitted:
    """Find one size for all texts.

    A further row is taken only when shrinking to `keep` of the largest size does not do. When even the smallest size in
    all rows does not hold the longest text, that text takes more rows, cut between letters if need be.

    Args:
        texts: what to set.
        face: the typeface.
        limit: the measure.
        largest: the size to begin with.
        smallest: the size to end with.
        rows: how many lines a text may take.
        keep: the share of the largest size at which a further row is preferred to shrinking.

    Returns:
        The size and each text's balanced lines.
    """
    for count in range(1, rows + 1):
        floor = smallest if count == rows else max(smallest, keep * largest)
        size = _largest_size(texts, face, limit, largest, floor, count)
        if size is not None:
            return Fitted(size, tuple(balanced(text, face, size, limit) for text in texts))
    return Fitted(smallest, tuple(_at_any_rate(text, face, smallest, limit) for text in texts))


def _at_any_rate(text: str, face: Face, size: float, limit: float) -> tuple[str, ...]:
    lines = balanced(text, face, size, limit)
    return lines if _within(lines, face, size, limit) else chopped(text, face, size, limit)


def _largest_size(
    texts: Sequence[str], face: Face, limit: float, largest: float, floor: float, rows: int
) -> float | None:
    """Return the largest size at which every text takes at most `rows` lines, or None if there is none."""
    size = largest
    if rows == 1:
        widest = max((width(text, face, 1.0) for text in texts), default=0.0)
        while size > floor and widest * size > limit:
            size -= SIZE_STEP
        size = max(size, floor)
        return size if widest * size <= limit else None
    while size >= floor:
        lines = [wrap(text, face, size, limit) for text in texts]
        if all(len(each) <= rows and _within(each, face, size, limit) for each in lines):
            return size
        size -= SIZE_STEP
    return None


def put(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    face: Face,
    size: float,
    colour: Colour,
    align: Align = "left",
    tracking: float = 0.0,
) -> float:
    """Draw one line with its baseline at y.

    Args:
        canvas: where to draw.
        x: the left end, middle or right end, as `align` says.
        y: the baseline.
        text: the line.
        face: its typeface; characters it lacks are drawn by its fallback.
        size: points.
        colour: red, green, blue, each 0 to 1.
        align: what x means.
        tracking: extra space between letters as a fraction of the size.

    Returns:
        The width drawn.

    Raises:
        UnprintableError: a character has no glyph.
    """
    wide = width(text, face, size, tracking)
    left = x - {"left": 0.0, "centre": wide / 2, "right": wide}[align]
    canvas.setFillColorRGB(*colour)
    for owner, run in face.runs(text):
        canvas.setFont(owner.name, size)
        canvas.drawString(left * mm, y * mm, run, charSpace=tracking * size)
        left += width(run, owner, size, tracking) + tracking * size / mm
    return wide


def actual_text(text: str) -> str:
    """Return the operator that begins a stretch which is read aloud, searched and copied as this text."""
    return f"/Span <</ActualText <FEFF{text.encode('utf-16-be').hex().upper()}>>> BDC"


@contextmanager
def spoken(canvas: Canvas, text: str) -> Generator[None]:
    """Have what is drawn inside read and copied as this text: turned or spaced letters, a name on two lines."""
    canvas.addLiteral(actual_text(text))
    try:
        yield
    finally:
        canvas.addLiteral("EMC")
