"""The sheet's grid, and what all sheets of a cohort have in common.

Lengths are millimetres from the lower left corner of A4 landscape.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reportlab.pdfgen.canvas import Canvas

from certificates.drawing.art import HEIGHT, WIDTH
from certificates.payload import Fact, Issuer, Payload, Signatory, Words

LEFT: Final = 24.0
RIGHT: Final = WIDTH - 24.0
TOP: Final = HEIGHT - 21.5
FOOT: Final = 20.2
MEASURE: Final = RIGHT - LEFT

# Three language columns: 3 x 78 + 2 x 7.5 = 249.
COLUMN: Final = 78.0
GUTTER: Final = 7.5

# The foot: where it begins, the line for ink, the width kept for the QR code and its text.
FOOT_TOP: Final = 59.0
INK_LINE: Final = 45.0
PROOF: Final = 85.0


@dataclass(frozen=True)
class Block:
    """One block of the stack: how tall it is, and how to draw it from a given top."""

    height: float
    draw: Callable[[Canvas, float], None]


@dataclass(frozen=True)
class Shared:
    """The fields of a payload that are alike for a whole cohort; sheets with equal ones share their drawing."""

    programme: Words
    issuers: tuple[Issuer, ...]
    signatories: tuple[Signatory, ...]
    facts: tuple[Fact, ...]
    presenter: Words | None
    verify_base: str
    specimen: bool
    sealed: bool

    @classmethod
    def of(cls, payload: Payload) -> "Shared":
        """Take them out of a payload."""
        return cls(
            payload.programme,
            payload.issuers,
            payload.signatories,
            payload.facts,
            payload.presenter,
            payload.verify_base,
            payload.specimen,
            payload.sealed,
        )

    @property
    def address(self) -> str:
        """Where a number and control code can be typed, as printed: no scheme, no final slash."""
        return self.verify_base.split("//", 1)[1].rstrip("/")
