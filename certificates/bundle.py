"""Certificates as files that a person can file: their names, and a ZIP of many. No database."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

from app.people.rules import initials, split_full_name

LONGEST_NAME = 100
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def file_name(number: str, name: str) -> str:
    """A name to file a certificate under: «EULP-2023-000012 Сынақов Ө. Һ.pdf». Namesakes differ by the number."""
    short = _UNSAFE.sub("_", initials(split_full_name(name))) if name.strip() else ""
    stem = f"{_UNSAFE.sub('_', number)} {short}"[:LONGEST_NAME].strip(" .")
    return f"{stem}.pdf"


class _Pipe(io.RawIOBase):
    """A file that is only written to, whose content is taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]  # any bytes-like
        piece = bytes(data)
        self._pieces.append(piece)
        self._written += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._written

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def zip_stream(entries: Iterable[tuple[str, bytes]], *, at: datetime) -> Iterator[bytes]:
    """A ZIP piece by piece, never whole in memory. PDFs are compressed already, so nothing is compressed again.

    Args:
        entries: the name and content of each file.
        at: the time of all of them, local time without a zone.

    """
    pipe = _Pipe()
    stamp = max(_EARLIEST, at.timetuple()[:6])
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, stamp)
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
            yield pipe.take()
    yield pipe.take()
