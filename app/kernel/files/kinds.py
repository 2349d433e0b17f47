"""What a file is, by its content alone: a name and a browser's word for its type prove nothing."""

import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

PDF_START = b"%PDF-"
ZIP_START = b"PK\x03\x04"
CONTENTS = "[Content_Types].xml"
LONGEST_CONTENTS = 1024 * 1024  # bytes of the list of parts, unpacked
LONGEST_DIRECTORY = 512 * 1024  # bytes: some 5,000 parts; a presentation of 300 slides has 2,000
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # all that the formats allow, and what unpacks piece by piece
MAX_UNPACKED = 300 * 1024 * 1024  # bytes: what opens such a file has to hold it


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that we know: what browsers call it, and how its names end."""

    media_type: str
    extension: str


PDF = Kind("application/pdf", "pdf")
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx")
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
PPTX = Kind("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx")
KINDS = (PDF, DOCX, XLSX, PPTX)


def kind_by_media_type(media_type: str) -> Kind | None:
    """The kind that browsers call so, if we know one."""
    return next((kind for kind in KINDS if kind.media_type == media_type), None)


def kind_of(file: BinaryIO) -> Kind | None:
    """The kind of a file, or None: nothing that we know, damaged, locked by a password, with macros, or a bomb.

    The file is left at its beginning.
    """
    file.seek(0)
    start = file.read(len(PDF_START))
    if start == PDF_START:
        kind: Kind | None = PDF
    elif start.startswith(ZIP_START):
        kind = _office(file)
    else:
        kind = None
    file.seek(0)
    return kind


class _Bounded:
    """A file of which nobody takes much at once: a ZIP of a million parts is refused before they are objects."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(LONGEST_DIRECTORY + 1 if size < 0 else min(size, LONGEST_DIRECTORY + 1))
        if len(data) > LONGEST_DIRECTORY:
            msg = "the directory is too long"
            raise zipfile.BadZipFile(msg)
        return data

    def seekable(self) -> bool:
        return True


def _office(file: BinaryIO) -> Kind | None:
    """The kind of a ZIP, as its own list of parts says it: names of parts differ from program to program."""
    try:
        with zipfile.ZipFile(_Bounded(file)) as archive:
            listed = archive.getinfo(CONTENTS)
            unpacked = sum(part.file_size for part in archive.infolist())
            if unpacked > MAX_UNPACKED or listed.compress_type not in PACKED:
                return None
            with archive.open(listed) as part:
                contents = part.read(LONGEST_CONTENTS)
    except (zipfile.BadZipFile, zlib.error, struct.error, LookupError, ValueError, RuntimeError, OSError, EOFError):
        return None  # RuntimeError: encrypted; NotImplementedError, a RuntimeError: packed in a way nobody uses
    found = [kind for kind in (DOCX, XLSX, PPTX) if f"{kind.media_type}.main+xml".encode() in contents]
    return found[0] if len(found) == 1 else None
