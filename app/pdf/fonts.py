"""The typefaces of printed documents, parsed and registered with ReportLab once per process.

Source Serif and Source Sans (SIL Open Font Licence) hold every Kazakh, Russian and English letter. A letter that the
serif lacks is taken from the sans of the same weight; one that neither has is refused by name, never printed as a box.
"""

import threading
import unicodedata
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Protocol

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from app.pdf.kerning import Kerning

NO_BREAK_SPACE = "\u00a0"
# ReportLab's parsed files keep a reading position: cutting glyphs out of them is for one thread at a time.
parsing_lock = threading.RLock()
# Controls, invisible format marks, surrogates, private use, unassigned, line separators and combining marks: a glyph
# may exist for some of them, but drawing them one after the other would show something else than what was written.
_UNDRAWABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Mc", "Me"})


class UnprintableError(ValueError):
    """A text holds characters that no typeface of the house can draw.

    Args:
        characters: the offending characters, each once, in the order in which they were met.
    """

    def __init__(self, characters: list[str]) -> None:
        """Keep the characters, and say them in a way that a terminal can show."""
        self.characters = tuple(characters)
        super().__init__("no glyph for " + ", ".join(describe_character(each) for each in characters))


def describe_character(character: str) -> str:
    """Return how to name a character to a person, for example ``U+1F600 GRINNING FACE``."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()


def font_path(package: str, face: str) -> str:
    """Return the file of a face in one of the font packages."""
    return str(files(package) / "files" / f"{face}.ttf")


class FaceFile(Protocol):
    """What is used of a parsed TrueType file (ReportLab's ``TTFontFace``), which has no types of its own."""

    name: bytes
    charToGlyph: dict[int, int]  # noqa: N815 (ReportLab's name)
    charWidths: dict[int, float]  # noqa: N815 (ReportLab's name)
    defaultWidth: float  # noqa: N815 (ReportLab's name)
    ascent: float
    descent: float
    capHeight: float  # noqa: N815 (ReportLab's name)
    italicAngle: float  # noqa: N815 (ReportLab's name)
    bbox: list[float]
    unitsPerEm: int  # noqa: N815 (ReportLab's name)
    table: dict[str, object]

    def get_table(self, tag: str) -> bytes:
        """Return the bytes of one of the file's tables."""

    def makeSubset(self, subset: list[int]) -> bytes:  # noqa: N802 (ReportLab's name)
        """Return a TrueType file of these characters' glyphs, numbered from 1 in the order given."""


class _Advances(dict[str, float]):
    """Widths of characters in em, looked up once each; the fallback's width where the face has no glyph."""

    def __init__(self, face: "Face") -> None:
        super().__init__()
        self._face = face

    def __missing__(self, character: str) -> float:
        owner = self._face.owner(character)
        advance = owner.file.charWidths[ord(_spoken_as(character))] / 1000
        self[character] = advance
        return advance


def _spoken_as(character: str) -> str:
    """A no-break space differs from a space in where lines may break, not in what is drawn."""
    return " " if character == NO_BREAK_SPACE else character


class Face:
    """One typeface: what it can draw and how wide.

    Args:
        name: the name under which ReportLab knows it.
        path: the TrueType file.
        fallback: the face that draws the characters which this one lacks.
    """

    def __init__(self, name: str, path: str, fallback: "Face | None" = None) -> None:
        """Parse the file and register it with ReportLab."""
        self.name = name
        self.fallback = fallback
        font = TTFont(name, path, asciiReadable=0)
        pdfmetrics.registerFont(font)
        self.file: FaceFile = font.face
        self._owners: dict[str, Face] = {}

    @cached_property
    def advances(self) -> "_Advances":
        """Width of each character in em; raises UnprintableError for one that cannot be drawn."""
        return _Advances(self)

    def can_draw(self, character: str) -> bool:
        """Say whether this face or its fallback has a glyph for the character."""
        return unicodedata.category(character) not in _UNDRAWABLE and self._find(character) is not None

    def owner(self, character: str) -> "Face":
        """Return the face that draws the character.

        Raises:
            UnprintableError: neither this face nor its fallback has a glyph for it.
        """
        owner = self._owners.get(character)
        if owner is None:
            found = self._find(character) if self.can_draw(character) else None
            if found is None:
                raise UnprintableError([character])
            owner = self._owners[character] = found
        return owner

    def runs(self, text: str) -> list[tuple["Face", str]]:
        """Cut a text into stretches drawn by one face; no-break spaces become plain ones."""
        runs: list[tuple[Face, str]] = []
        for character in text:
            owner = self.owner(character)
            drawn = _spoken_as(character)
            if runs and runs[-1][0] is owner:
                runs[-1] = (owner, runs[-1][1] + drawn)
            else:
                runs.append((owner, drawn))
        return runs

    @cached_property
    def kerning(self) -> Kerning:
        """The face's pair kerning."""
        return Kerning(self.file.get_table("GPOS") if "GPOS" in self.file.table else b"")

    def kerned(self, text: str) -> list[tuple[str, float]]:
        """Cut a text of this face's own characters where letters are kerned.

        Returns:
            The pieces, each with the space that follows it in em; negative brings letters together.
        """
        glyphs = [self.file.charToGlyph[ord(each)] for each in text]
        pieces, start = [], 0
        for end in range(1, len(text)):
            space = self.kerning.between(glyphs[end - 1], glyphs[end])
            if space:
                pieces.append((text[start:end], space / self.file.unitsPerEm))
                start = end
        return [*pieces, (text[start:], 0.0)]

    def subset(self, characters: str) -> bytes:
        """Return a TrueType file of these characters' glyphs, numbered from 1 in the order given."""
        with parsing_lock:
            return self.file.makeSubset([ord(each) for each in characters])

    def _find(self, character: str) -> "Face | None":
        if ord(_spoken_as(character)) in self.file.charToGlyph:
            return self
        return self.fallback._find(character) if self.fallback else None  # noqa: SLF001 (same class)


class Faces:
    """The four faces of the house, serif for names and titles, sans for small print."""

    def __init__(self) -> None:
        """Parse the four files; takes some milliseconds, so use :func:`faces`."""
        self.sans = Face("Sans", font_path("font_source_sans_pro", "SourceSansPro-Regular"))
        self.sans_semibold = Face("SansSemibold", font_path("font_source_sans_pro", "SourceSansPro-Semibold"))
        self.serif = Face("Serif", font_path("font_source_serif_pro", "SourceSerifPro-Regular"), self.sans)
        self.serif_semibold = Face(
            "SerifSemibold", font_path("font_source_serif_pro", "SourceSerifPro-Semibold"), self.sans_semibold
        )

    def all(self) -> tuple[Face, ...]:
        """Return every face."""
        return self.serif, self.serif_semibold, self.sans, self.sans_semibold


@lru_cache(maxsize=1)
def _parsed() -> Faces:
    return Faces()


def faces() -> Faces:
    """Return the faces, parsed at the first call in the process and the same ones ever after."""
    with parsing_lock:
        return _parsed()


def printable(text: str) -> str:
    """The text with a question mark for what cannot be drawn in every face: for papers that are not refused."""
    house = faces().all()
    return "".join(each if all(face.can_draw(each) for face in house) else "?" for each in text)


def missing_glyphs(text: str) -> list[str]:
    """Return the characters of the text that cannot be drawn in every face, each once, in order.

    Text is judged as it is: normalise it to NFC first, or a letter with a separate accent is refused.
    """
    house = faces().all()
    return [each for each in dict.fromkeys(text) if not all(face.can_draw(each) for face in house)]
