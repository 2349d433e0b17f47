"""The foot of the sheet: lines for ink, the stamp's place, the hand-over line, and the proof beside the QR code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from app.pdf.fonts import Face, faces
from app.pdf.text import Colour, fit, leading, put, width
from certificates.drawing import words
from certificates.drawing.art import INK, SOFT, WHITE, line, pen, rectangle
from certificates.drawing.grid import FOOT, FOOT_TOP, INK_LINE, LEFT, MEASURE, PROOF, RIGHT, Block, Shared
from certificates.drawing.qr import QUIET_MODULES
from certificates.payload import Signatory, Words

_BETWEEN = 7.0
_WIDEST = 78.0
_SHRINKS = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.62, 0.55, 0.48, 0.4, 0.33)
_SMALL_ROWS_FROM = 0.7
_NAME, _POST, _POST_ALONE = 10.0, 7.6, 8.6
_LABEL = 6.8
_DAY = 20.0
_OFFICE = 8.5


@dataclass(frozen=True)
class _Parties:
    """Names or posts of all signatories in one size."""

    size: float
    lines: tuple[tuple[str, ...], ...]

    @property
    def height(self) -> float:
        """The room that the tallest needs."""
        return leading(self.size) * max(map(len, self.lines), default=0)


def _sized(
    parties: Sequence[Signatory], pick: Callable[[Signatory], Words], face: Face, wide: float, largest: float, rows: int
) -> _Parties:
    forms = [pick(party).forms() for party in parties]
    fitted = fit([form for each in forms for form in each], face, wide, largest, min(5.4, largest), rows)
    queue = iter(fitted.laid)
    return _Parties(fitted.size, tuple(tuple(row for _ in each for row in next(queue)) for each in forms))


def _put_lines(
    canvas: Canvas, corner: tuple[float, float], lines: Sequence[str], face: Face, size: float, ink: Colour
) -> None:
    for row, text in enumerate(lines):
        put(canvas, corner[0], corner[1] - leading(size) * (row + 0.85), text, face, size, ink)


def draw_signatures(canvas: Canvas, shared: Shared, floor: float) -> None:
    """For each signatory: room for ink, the line with the stamp's place at its head, then name and post, equal for all.

    Args:
        canvas: the sheet.
        shared: whose lines.
        floor: the height below which nothing may reach.
    """
    parties, house = shared.signatories, faces()
    if not parties:
        return
    largest = _POST if any(party.name.forms() for party in parties) else _POST_ALONE
    wide = min(_WIDEST, (MEASURE - PROOF - _BETWEEN * (len(parties) - 1)) / len(parties))
    for shrink in _SHRINKS:  # until they end above the floor
        rows = 2 if shrink >= _SMALL_ROWS_FROM else 5
        names = _sized(parties, lambda party: party.name, house.serif_semibold, wide, _NAME * shrink, rows)
        posts = _sized(parties, lambda party: party.post, house.sans, wide, largest * shrink, rows)
        if names.height + posts.height < INK_LINE - floor - 1.0:
            break
    for i in range(len(parties)):
        x = LEFT + i * (wide + _BETWEEN)
        pen(canvas, INK, 0.5)
        line(canvas, (x, INK_LINE), (x + wide, INK_LINE))
        put(canvas, x, INK_LINE + 1.1, " / ".join(words.STAMP.forms()), house.sans, 6.5, SOFT)
        _put_lines(canvas, (x, INK_LINE - 0.5), names.lines[i], house.serif_semibold, names.size, INK)
        under = INK_LINE - 0.8 - (names.height if names.lines[i] else 0.0)
        _put_lines(canvas, (x, under), posts.lines[i], house.sans, posts.size, SOFT)


def hand_over_block(shared: Shared) -> Block:
    """The line for the office that hands the certificate over, filled in or left for a pen; drawn from its base."""
    if shared.presenter is None:
        return Block(0.0, lambda _canvas, _base: None)
    house, end = faces(), RIGHT - PROOF
    label, day_label = words.PRESENTED.inline(), words.DATE.inline()
    start = LEFT + width(label, house.sans, 7) + 2
    stop = end - _DAY - 4 - width(day_label, house.sans, 7)
    size, rows = _office(shared.presenter.forms(), stop - start - 2)
    lead = leading(size) * 0.94

    def draw(canvas: Canvas, base: float) -> None:
        put(canvas, LEFT, base, label, house.sans, 7, SOFT)
        put(canvas, end - _DAY - 2, base, day_label, house.sans, 7, SOFT, "right")
        pen(canvas, SOFT, 0.35)
        line(canvas, (start, base - 0.6), (stop, base - 0.6))
        line(canvas, (end - _DAY, base - 0.6), (end, base - 0.6))
        for row, part in enumerate(reversed(rows)):
            put(canvas, (start + stop) / 2, base + 0.3 + lead * row, part, house.serif, size, INK, "centre")

    return Block(3.0 + lead * max(len(rows) - 1, 0), draw)


def _office(forms: list[str], measure: float) -> tuple[float, list[str]]:
    """Set an office's forms on one line if they fit, else each on a line of its own, or more."""
    face = faces().serif
    together = fit([" / ".join(forms)], face, measure, _OFFICE, _OFFICE * 0.8)
    if together.rows == 1:
        return together.size, [*together.laid[0]]
    apart = fit(forms, face, measure, _OFFICE * 0.88, 5.2)
    return apart.size, [row for lines in apart.laid for row in lines]


@dataclass(frozen=True)
class Proof:
    """Where the number, the control code and the QR code stand.

    Args:
        side: the QR code's modules, without the quiet zone.
        x: their left edge.
        y: their lower edge.
        step: from one label to the next.
    """

    side: float
    x: float
    y: float
    step: float

    @property
    def edge(self) -> float:
        """The right end of the text beside the code."""
        return self.x - 3.8

    @property
    def room(self) -> float:
        """The width that a line of this text may take."""
        return PROOF - self.side - 5

    def baseline(self, row: int) -> float:
        """The baseline of the value under the label in a row, from 0."""
        return self.y + self.side - 2.0 - self.step * row - 4.2


# Without the words of the seal below it the code can be larger.
SEALED_PROOF: Final = Proof(25.0, RIGHT - 25.0, FOOT_TOP - 25.0 - 2.5, 9.1)
PLAIN_PROOF: Final = Proof(27.0, RIGHT - 27.0, FOOT_TOP - 27.0 - 4.5, 9.8)


def proof_of(shared: Shared) -> Proof:
    """Return the places for a sheet."""
    return SEALED_PROOF if shared.sealed else PLAIN_PROOF


def draw_proof(canvas: Canvas, shared: Shared, modules: int) -> None:
    """Draw what is common to the proofs: labels, the address, the QR code's white ground, the words of the seal."""
    proof, house = proof_of(shared), faces()
    quiet = QUIET_MODULES * proof.side / modules
    canvas.setFillColorRGB(*WHITE)
    ground = proof.side + 2 * quiet
    rectangle(canvas, (proof.x - quiet, proof.y - quiet), ground, ground, filled=True)
    for row, label in enumerate((words.NUMBER, words.CONTROL_CODE, words.VERIFY)):
        text = label.inline()
        size = fit([text], house.sans, proof.room, _LABEL, 5.4).size
        put(canvas, proof.edge, proof.baseline(row) + 4.2, text, house.sans, size, SOFT, "right")
    fitted = fit([shared.address], house.sans_semibold, proof.room, 8.5, 5.5)
    for row, part in enumerate(fitted.laid[0]):
        y = proof.baseline(2) - leading(fitted.size) * row
        put(canvas, proof.edge, y, part, house.sans_semibold, fitted.size, INK, "right")
    if shared.sealed:
        for row, form in enumerate(words.SEALED.forms()):
            put(canvas, RIGHT, FOOT + 5.6 - 2.9 * row, form, house.sans, _LABEL, SOFT, "right")
