"""A file under a name of ours is whole and lasts: temporary file, fsync, rename, fsync of the folder."""

import errno
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

PART = ".part"  # the folder of temporary files, beside what they become: a rename stays inside one file system
STALE = 24 * 60 * 60.0  # seconds: nobody writes at one file for a day, so its process was killed
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_lasting: set[Path] = set()  # folders whose names this process has seen safe on the disk


class Draft:
    """A file that is being written; it is nothing until it is kept.

    Args:
        file: where it is written.
        path: its temporary name.

    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self.write = file.write

    def keep(self, target: Path) -> None:
        """Give it its name, in the place of what had that name before. Once this returns, no power cut takes it away.

        An fsync that failed is never tried again: the kernel may have dropped the pages and report success the second
        time (what PostgreSQL found in 2018). Of a folder whose fsync failed the file keeps its name: the content under
        it is whole, and whoever put the same content meanwhile may rely on it.
        """
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        make_folder(target.parent)
        self._path.replace(target)
        sync_folder(target.parent)


@contextmanager
def draft(root: Path) -> Iterator[Draft]:
    """A new file for a place under ``root``; gone at the end unless it was kept.

    What a killed process left is swept when it is old. Refusals of the disk are plain OSErrors.
    """
    folder = root / PART
    make_folder(root)
    make_folder(folder)
    _sweep(folder)
    handle, name = tempfile.mkstemp(dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield Draft(file, path)
    finally:
        path.unlink(missing_ok=True)


def settle(target: Path) -> None:
    """Rely on a file that is there already: whoever wrote it may not have come to the fsync of its folder yet."""
    make_folder(target.parent)
    sync_folder(target.parent)


def make_folder(folder: Path) -> None:
    """Make a folder with those above it, and make their names last.

    Of a folder that is there already another process may be about to do so: once in each process we don't rely on it.
    """
    there = folder.is_dir()
    if there and folder in _lasting:
        return
    if not there:
        if not folder.parent.is_dir():
            make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)
    _lasting.add(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_full(error: OSError) -> bool:
    """Whether the disk refused for want of room."""
    return error.errno in _FULL


def _sweep(folder: Path) -> None:
    oldest = time.time() - STALE
    for path in folder.iterdir():
        with suppress(OSError):  # somebody else swept it first, or it stays: no reason not to write
            if path.lstat().st_mtime < oldest:
                path.unlink()
