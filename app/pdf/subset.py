"""A typeface's few glyphs for one document, as the PDF objects that embed them.

ReportLab embeds the fonts of what it draws itself. This is for text added to a sheet that was drawn before: the letters
of one person's name, numbered as they come.
"""

import hashlib
import zlib
from functools import lru_cache

from app.pdf.fonts import Face

_CMAP_CHUNK = 100
_SYMBOLIC = 4
_CMAP_HEAD = (
    b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
    b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
)
_CMAP_TAIL = b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"


def stream(content: bytes, entries: bytes = b"", level: int = 6) -> bytes:
    """Return a compressed stream object's body; `entries` are further entries of its dictionary."""
    packed = zlib.compress(content, level)
    return b"<< %s/Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (entries, len(packed), packed)


class SubsetFont:
    """The glyphs of one face that a document uses; they grow while text is encoded.

    Args:
        face: the typeface. Only its own glyphs: cut text with :meth:`Face.runs` first.
        preset: characters that are always there, so that documents share one embedded font.
    """

    OBJECTS = 5

    def __init__(self, face: Face, preset: str = "") -> None:
        """Begin with the preset's glyphs."""
        self.face = face
        self._codes: dict[int, str] = {}
        self._characters: list[str] = []
        self._glyphs: dict[int, str] = {}
        for character in preset:
            self._add(character)

    def encode(self, text: str) -> str:
        """Return the text as the hexadecimal digits of a PDF string in this font."""
        codes = self._codes
        return "".join([codes.get(ord(each)) or self._add(each) for each in text])

    def show(self, pieces: list[tuple[str, float]]) -> str:
        """Return the operator that shows pieces of text, each followed by its space in em."""
        if len(pieces) == 1:
            return f"<{self.encode(pieces[0][0])}> Tj"
        array = "".join(
            f"<{self.encode(text)}>{-1000 * space:g}" if space else f"<{self.encode(text)}>" for text, space in pieces
        )
        return f"[{array}] TJ"

    def _add(self, character: str) -> str:
        known = self._codes.get(ord(character))
        if known is not None:
            return known
        glyph = self.face.file.charToGlyph[ord(character)]
        code = self._glyphs.get(glyph)
        if code is None:
            self._characters.append(character)
            code = self._glyphs[glyph] = f"{len(self._characters):04X}"
        self._codes[ord(character)] = code
        return code

    def objects(self, first: int) -> tuple[bytes, ...]:
        """Return the bodies of the objects `first` to `first + OBJECTS - 1`; the first of them is the font."""
        unicodes = tuple((code, chr(number)) for number, code in self._codes.items())
        return _objects(self.face, "".join(self._characters), unicodes, first)


@lru_cache(maxsize=64)
def _objects(face: Face, characters: str, unicodes: tuple[tuple[str, str], ...], first: int) -> tuple[bytes, ...]:
    file = face.file
    program = face.subset(characters)
    name = b"%s+%s" % (_tag(face, characters), bytes(file.name))
    widths = b" ".join(b"%g" % file.charWidths[ord(each)] for each in characters)
    return (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] "
        b"/ToUnicode %d 0 R >>" % (name, first + 1, first + 4),
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        b"/Supplement 0 >> /FontDescriptor %d 0 R /CIDToGIDMap /Identity /DW 600 /W [1 [%s]] >>"
        % (name, first + 2, widths),
        _descriptor(face, name, first + 3),
        stream(program, b"/Length1 %d " % len(program)),
        stream(_to_unicode(unicodes)),
    )


def _descriptor(face: Face, name: bytes, program: int) -> bytes:
    file = face.file
    box = b" ".join(b"%d" % edge for edge in file.bbox)
    return (
        b"<< /Type /FontDescriptor /FontName /%s /Flags %d /FontBBox [%s] /ItalicAngle %g /Ascent %d /Descent %d "
        b"/CapHeight %d /StemV 80 /FontFile2 %d 0 R >>"
    ) % (name, _SYMBOLIC, box, file.italicAngle, file.ascent, file.descent, file.capHeight, program)


def _tag(face: Face, characters: str) -> bytes:
    """Return six letters that tell this subset from others of the same face."""
    digest = hashlib.sha256(f"{face.name}\0{characters}".encode()).digest()
    return bytes(65 + byte % 26 for byte in digest[:6])


def _to_unicode(unicodes: tuple[tuple[str, str], ...]) -> bytes:
    """Return the map from codes to characters; of two characters with one glyph the first is kept."""
    first: dict[str, str] = {}
    for code, character in unicodes:
        first.setdefault(code, character)
    rows = [f"<{code}> <{character.encode('utf-16-be').hex().upper()}>".encode() for code, character in first.items()]
    chunks = [rows[start : start + _CMAP_CHUNK] for start in range(0, len(rows), _CMAP_CHUNK)]
    body = b"".join(b"%d beginbfchar\n%s\nendbfchar\n" % (len(chunk), b"\n".join(chunk)) for chunk in chunks)
    return _CMAP_HEAD + body + _CMAP_TAIL
