"""Documents put together from parts drawn before: artwork and common text once, a few objects for each sheet.

ReportLab draws a part into a small document of its own; :class:`Drawing` takes the objects out of it, and
:class:`Assembly` writes them, and others, as one new document with one cross-reference table.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from app.pdf.subset import stream

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj\n", re.DOTALL)
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_STREAM = re.compile(rb"(<<.*?>>)\s*stream\r?\n", re.DOTALL)
_LENGTH = re.compile(rb"/Length (\d+)\s*")
_ENTRY = re.compile(rb"/(\S+) (\d+) 0 R")
_BEST = 9


class Sink(Protocol):
    """Where a document is written: a file or a buffer."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""


@dataclass(frozen=True)
class Body:
    """One object: its dictionary (or other value) and the compressed stream that may follow."""

    head: bytes
    tail: bytes = b""

    def references(self) -> list[int]:
        """Return the numbers of the objects it needs."""
        return [int(number) for number in _REFERENCE.findall(self.head)]

    def renumbered(self, numbers: dict[int, int]) -> "Body":
        """Return the same object with its references changed."""
        return Body(_REFERENCE.sub(lambda match: b"%d 0 R" % numbers[int(match[1])], self.head), self.tail)


@dataclass(frozen=True)
class Part:
    """Objects of a document that belong together, numbered from 1.

    Args:
        bodies: the objects; each refers only to others of the part.
        names: what the part offers by name (fonts, forms, contents of pages) and its object's number.
    """

    bodies: tuple[Body, ...]
    names: dict[str, int]

    def moved(self, by: int) -> tuple[bytes, ...]:
        """Return the objects as they are written when the part begins after object number `by`."""
        numbers = {number: number + by for number in range(1, len(self.bodies) + 1)}
        moved = (body.renumbered(numbers) for body in self.bodies)
        return tuple(body.head + body.tail for body in moved)


@dataclass(frozen=True)
class Drawing:
    """A document as ReportLab wrote it, uncompressed.

    Args:
        data: the document's bytes.
    """

    data: bytes

    @cached_property
    def objects(self) -> dict[int, bytes]:
        """Every object's bytes by its number, found through the cross-reference table."""
        start = int(self.data[self.data.rindex(b"startxref") + 9 :].split()[0])
        offsets = sorted(int(row[:10]) for row in self.data[start:].splitlines() if row.endswith(b" 00000 n "))
        found = {}
        for offset, end in zip(offsets, [*offsets[1:], start], strict=True):
            match = _OBJECT.fullmatch(self.data, offset, end)
            if match is None:
                raise ValueError("ReportLab wrote an object in a form that this reader does not know")
            found[int(match[1])] = match[2]
        return found

    def page_contents(self) -> list[int]:
        """Return the numbers of the pages' content streams, in order."""
        kids = next(body for body in self.objects.values() if b"/Type /Pages" in body)
        pages = _REFERENCE.findall(kids[kids.index(b"/Kids") :].split(b"]")[0])
        return [int(_value(self.objects[int(page)], rb"/Contents (\d+) 0 R")) for page in pages]

    def fonts(self) -> dict[str, int]:
        """Return the fonts' names as the content streams know them, and their objects' numbers."""
        page = next(body for body in self.objects.values() if b"/Type /Page\n" in body)
        fonts = self.objects[int(_value(page, rb"/Font (\d+) 0 R"))]
        return {name.decode(): int(number) for name, number in _ENTRY.findall(fonts)}

    def forms(self) -> dict[str, int]:
        """Return the forms used by the pages, by the name under which ReportLab stored them."""
        entries = [
            entry
            for body in self.objects.values()
            if b"/Type /Page\n" in body and b"/XObject" in body
            for entry in _ENTRY.findall(body[body.index(b"/XObject") :])
        ]
        return {name.decode().removeprefix("FormXob."): int(number) for name, number in entries}

    def part(self, names: dict[str, int]) -> Part:
        """Take out the named objects and all that they need, with their streams compressed."""
        wanted: dict[int, Body] = {}
        queue = list(names.values())
        while queue:
            number = queue.pop(0)
            if number not in wanted:
                wanted[number] = _compressed(self.objects[number])
                queue += wanted[number].references()
        numbers = {old: new for new, old in enumerate(wanted, start=1)}
        bodies = tuple(body.renumbered(numbers) for body in wanted.values())
        return Part(bodies, {name: numbers[number] for name, number in names.items()})


def _value(body: bytes, pattern: bytes) -> bytes:
    match = re.search(pattern, body)
    if match is None:
        raise ValueError("ReportLab wrote a page in a form that this reader does not know")
    return match[1]


def _compressed(body: bytes) -> Body:
    match = _STREAM.match(body)
    if match is None:
        return Body(body)
    entries = _LENGTH.sub(b"", match[1].strip().removeprefix(b"<<").removesuffix(b">>"), count=1)
    if b"/Subtype /Form" in entries:
        entries = re.sub(rb"/Font \d+ 0 R ", b"", entries)  # artwork has no text; ReportLab offers every font to it
    length = int(_value(match[1], rb"/Length (\d+)"))
    head, tail = stream(body[match.end() :][:length], b" ".join(entries.split()) + b" ", _BEST).split(b"stream\n", 1)
    return Body(head, b"stream\n" + tail)


class Assembly:
    """One document in the making, written as it grows.

    Args:
        sink: where the bytes go.
    """

    def __init__(self, sink: Sink) -> None:
        """Write the header."""
        self._sink = sink
        self._offsets: list[int] = [0]
        self._position = 0
        self._write(_HEADER)

    def _write(self, data: bytes) -> None:
        self._sink.write(data)
        self._position += len(data)

    @property
    def last(self) -> int:
        """The highest object number in use or reserved."""
        return len(self._offsets) - 1

    def reserve(self, count: int = 1) -> int:
        """Keep `count` numbers for objects that are put later; returns the first."""
        first = len(self._offsets)
        self._offsets += [0] * count
        return first

    def put(self, number: int, body: bytes) -> None:
        """Write the object whose number was reserved."""
        self._offsets[number] = self._position
        self._write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    def add(self, body: bytes) -> int:
        """Write an object under the next number, which is returned."""
        number = self.reserve()
        self.put(number, body)
        return number

    def add_all(self, bodies: Iterable[bytes]) -> None:
        """Write objects under the next numbers."""
        for body in bodies:
            self.add(body)

    def add_block(self, block: "Block") -> None:
        """Write objects that were laid out before; must come first.

        Raises:
            ValueError: something has been written before it.
        """
        if self.last:
            raise ValueError("a block holds its own numbers and must be the first thing in a document")
        self._offsets += [self._position + offset for offset in block.offsets]
        self._write(block.data)

    def finish(self, root: int, info: int, identity: bytes) -> None:
        """Write the table and the trailer; `identity` are the 16 bytes of the file's identifier.

        Raises:
            ValueError: a reserved number was never put.
        """
        if 0 in self._offsets[1:]:
            raise ValueError("an object was reserved and never written")
        start = self._position
        rows = b"".join([b"%010d 00000 n \n" % offset for offset in self._offsets[1:]])
        size = len(self._offsets)
        self._write(b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, rows))
        ident = identity.hex().upper().encode()
        self._write(
            b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n"
            % (size, root, info, ident, ident, start)
        )


@dataclass(frozen=True)
class Block:
    """Objects laid out once and copied into many documents, numbered from 1.

    Args:
        data: the objects' bytes.
        offsets: where each begins in `data`.
    """

    data: bytes
    offsets: tuple[int, ...]

    @classmethod
    def of(cls, bodies: Iterable[bytes]) -> "Block":
        """Lay out the objects in order."""
        pieces, offsets, position = [], [], 0
        for number, body in enumerate(bodies, start=1):
            piece = b"%d 0 obj\n%s\nendobj\n" % (number, body)
            pieces.append(piece)
            offsets.append(position)
            position += len(piece)
        return cls(b"".join(pieces), tuple(offsets))


def text_string(text: str) -> bytes:
    """Return a text as a PDF string for metadata: plain where it is ASCII, else UTF-16."""
    if text.isascii() and text.isprintable():
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        return b"(" + escaped.encode() + b")"
    return b"<FEFF" + text.encode("utf-16-be").hex().upper().encode() + b">"
