"""What differs from one sheet to the next: the holder's name, the number, the control code and the QR code.

These few lines are written as page operators at once, beside the sheet that ReportLab drew for the whole cohort.
"""

import math
from dataclasses import dataclass
from typing import Final

from reportlab.lib.units import mm

from app.pdf.fonts import Face, faces
from app.pdf.subset import SubsetFont
from app.pdf.text import Align, Fitted, actual_text, fit, width
from certificates.codes import ALPHABET, display_control_code
from certificates.drawing.art import INK, MIDDLE
from certificates.drawing.foot import Proof
from certificates.drawing.grid import MEASURE
from certificates.payload import Holder, Payload

_NAME_SIZES = (32.0, 27.0, 21.0)  # for one, two and three forms
_NAME_SPACING = 1.22
_ONE_LINE_FROM = 16.0
_TWO_LINES = (20.0, 11.0)
_SLOT_STEP = 3.0
_NUMBER_SIZE = 11.0
_SMALLEST_NUMBER = 2.5  # at which the longest number of the widest letters fits
# Every number and control code is likely made of these; having them all lets sheets share the embedded font.
_FIGURES: Final = "".join(dict.fromkeys(ALPHABET + "ILOU" + "-/ "))


class Lettering:
    """The fonts of a document's personal lines; they gather the glyphs that are used.

    Args:
        prefix: what the fonts' resource names begin with.
    """

    def __init__(self, prefix: str = "P") -> None:
        """Begin with no font."""
        self._prefix = prefix
        self._fonts: dict[Face, tuple[str, SubsetFont]] = {}

    def font(self, face: Face) -> tuple[str, SubsetFont]:
        """Return a face's resource name and glyphs."""
        known = self._fonts.get(face)
        if known is None:
            preset = _FIGURES if face is faces().serif_semibold else ""
            known = self._fonts[face] = (f"{self._prefix}{len(self._fonts) + 1}", SubsetFont(face, preset))
        return known

    def fonts(self) -> list[tuple[str, SubsetFont]]:
        """Return every font that was used, with its resource name."""
        return list(self._fonts.values())

    def line(self, x: float, y: float, text: str, face: Face, size: float, align: Align) -> str:
        """Return the operators of one line, its letters kerned; arguments as for :func:`app.pdf.text.put`."""
        shown, wide = [], width(text, face, size)
        for owner, run in face.runs(text):
            name, font = self.font(owner)
            pieces = owner.kerned(run)
            wide += sum(space for _, space in pieces) * size / mm
            shown.append(f"/{name} {size:g} Tf {font.show(pieces)}")
        left = x - {"left": 0.0, "centre": 0.5, "right": 1.0}[align] * wide
        return f"BT {left * mm:.2f} {y * mm:.2f} Td {' '.join(shown)} ET"


@dataclass(frozen=True)
class Names:
    """A holder's name laid out.

    Args:
        forms: the forms that are printed.
        fitted: their size and lines.
        slot: the height kept for them, in steps, so that most sheets of a cohort share one drawing.
    """

    forms: tuple[str, ...]
    fitted: Fitted
    slot: float

    @classmethod
    def of(cls, holder: Holder) -> "Names":
        """Lay out every known form in one size: on one line, or small on two."""
        forms, face = holder.forms(), faces().serif
        largest = _NAME_SIZES[len(forms) - 1]
        fitted = fit(forms, face, MEASURE, largest, _ONE_LINE_FROM)
        nominal = min(largest, math.ceil(fitted.size / _SLOT_STEP) * _SLOT_STEP)
        if fitted.rows > 1:
            fitted = fit(forms, face, MEASURE, *_TWO_LINES, rows=2, keep=1)
            nominal = fitted.size
        lines = sum(map(len, fitted.laid))
        return cls(tuple(forms), fitted, _name_leading(nominal) * lines)

    def operators(self, lettering: Lettering, top: float) -> str:
        """Return the operators that draw the name in its slot."""
        lead = _name_leading(self.fitted.size)
        y = top - (self.slot - lead * sum(map(len, self.fitted.laid))) / 2 - lead * 0.8
        operators = []
        for form, lines in zip(self.forms, self.fitted.laid, strict=True):
            operators.append(actual_text(form))
            for text in lines:
                operators.append(lettering.line(MIDDLE, y, text, faces().serif, self.fitted.size, "centre"))
                y -= lead
            operators.append("EMC")
        return "\n".join(operators)


def _name_leading(size: float) -> float:
    return size * _NAME_SPACING / mm


def ink() -> str:
    """Return the operator that takes up the ink's colour."""
    return "{:g} {:g} {:g} rg".format(*INK)


def proof_operators(payload: Payload, proof: Proof, lettering: Lettering, bitmap: bytes, modules: int) -> str:
    """Return the operators of the number, the control code and the QR code.

    The code is an image mask: whole modules, no seams between them at any magnification.
    """
    face = faces().serif_semibold
    operators = [ink()]
    for row, text in enumerate((payload.number, display_control_code(payload.control_code))):
        size = fit([text], face, proof.room, _NUMBER_SIZE, _SMALLEST_NUMBER).size
        operators.append(lettering.line(proof.edge, proof.baseline(row), text, face, size, "right"))
    side, x, y = (f"{length * mm:.2f}" for length in (proof.side, proof.x, proof.y))
    operators.append(
        f"q {side} 0 0 {side} {x} {y} cm BI /W {modules} /H {modules} /IM true /BPC 1 /D [1 0] /F /AHx ID "
        f"{bitmap.hex().upper()}> EI Q"
    )
    return "\n".join(operators)
