"""Where files of people lie: each under the SHA-256 of its content, so a name never shows another content."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from app.kernel.errors import FileRefusedError, StorageError
from app.kernel.files.writing import draft, is_full, settle, sync_folder
from app.kernel.words import Message

FOLDER = "files"
CHUNK = 256 * 1024  # bytes in memory at once, whatever the size of the file
MEGABYTE = 1024 * 1024
_KEY = re.compile(r"[0-9a-f]{64}")


class Readable(Protocol):
    """Whatever a file comes from: an upload, a file, a pipe."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is in the store: the key is the SHA-256 of its content, in hexadecimal digits."""

    key: str
    size: int


class FileStore(Protocol):
    """A place for files. Keys come from :meth:`put`; anything else is refused with a ValueError."""

    def put(self, source: Readable, *, limit: int) -> Stored:
        """Take a file in, piece by piece. Once this returns it is safe, also from a power cut.

        Args:
            limit: the most bytes that it may have.

        Raises:
            FileRefusedError: it has more.
            StorageError: the disk is full or refuses. Nothing half-written stays.

        """
        ...

    def open(self, key: str) -> BinaryIO:
        """Read a file, piece by piece.

        Raises:
            StorageError: it is not there.

        """
        ...

    def size(self, key: str) -> int | None:
        """How many bytes a file has, or None when it is not there."""
        ...

    def remove(self, key: str) -> None:
        """Take a file away, if it is there. The caller knows that nothing else refers to the same content."""
        ...


class DiskStore:
    """Files in a folder of the installation: ``files/ab/abcd…``.

    Args:
        data_dir: the installation's folder for data.

    """

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir / FOLDER

    def path(self, key: str) -> Path:
        """Where a file lies.

        Raises:
            ValueError: the key is no SHA-256, so it could lead out of the folder.

        """
        if not _KEY.fullmatch(key):
            msg = "a key of the store is 64 hexadecimal digits"
            raise ValueError(msg)
        return self.root / key[:2] / key

    def put(self, source: Readable, *, limit: int) -> Stored:
        """Take a file in; see :meth:`FileStore.put`.

        Content that is there already is compared, not written again; one that was damaged on the disk is replaced.
        """
        try:
            with draft(self.root) as file:
                digest, size = hashlib.sha256(), 0
                while data := source.read(CHUNK):
                    size += len(data)
                    if size > limit:
                        raise _too_large(limit)
                    digest.update(data)
                    file.write(data)
                stored = Stored(digest.hexdigest(), size)
                target = self.path(stored.key)
                if self.size(stored.key) == size and is_whole(self, stored.key):
                    settle(target)
                else:
                    file.keep(target)
        except OSError as error:
            raise _not_kept(error) from error
        return stored

    def open(self, key: str) -> BinaryIO:
        """Read a file; see :meth:`FileStore.open`. What is not a file of ours (a link, a folder) is not there."""
        try:
            handle = os.open(self.path(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                _check_plain(handle)
                return os.fdopen(handle, "rb")
            except BaseException:
                os.close(handle)
                raise
        except OSError as error:
            raise damaged() from error

    def size(self, key: str) -> int | None:
        """How many bytes a file has, or None; see :meth:`FileStore.size`."""
        try:
            found = self.path(key).lstat()
        except OSError:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def remove(self, key: str) -> None:
        """Take a file away; see :meth:`FileStore.remove`."""
        try:
            path = self.path(key)
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                sync_folder(path.parent)
        except OSError as error:
            raise StorageError(
                Message("The file was not removed: the disk refused it. Tell the administrator.")
            ) from error


def chunks(file: Readable) -> Iterator[bytes]:
    """A file piece by piece."""
    while data := file.read(CHUNK):
        yield data


def is_whole(store: FileStore, key: str) -> bool:
    """Whether a file is there and still has the content that it is named by: everything is read."""
    digest = hashlib.sha256()
    try:
        with store.open(key) as file:
            for data in chunks(file):
                digest.update(data)
    except (StorageError, OSError):  # OSError: a bad sector is met while reading
        return False
    return digest.hexdigest() == key


def damaged() -> StorageError:
    """The refusal for a file that is missing or is not what was put in."""
    return StorageError(
        Message("The file cannot be given out: it is missing or damaged on the disk. Tell the administrator.")
    )


def _check_plain(handle: int) -> None:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        msg = "not a plain file"
        raise OSError(msg)


def _too_large(limit: int) -> FileRefusedError:
    return FileRefusedError(
        Message(
            "The file was not taken in: it is larger than %(limit)s MB. Send a smaller one.", limit=limit // MEGABYTE
        )
    )


def _not_kept(error: OSError) -> StorageError:
    if is_full(error):
        return StorageError(
            Message(
                "The file was not taken in: the disk is full. Ask the administrator to make room, then send it again."
            )
        )
    return StorageError(
        Message("The file was not taken in: the disk refused it. Tell the administrator, then send it again.")
    )
