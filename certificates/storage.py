"""Where the renderings of certificates lie on the disk: a cache, whatever is missing or differs is made again."""

import errno
import hashlib
import os
import re
import tempfile
from pathlib import Path

from app.kernel.errors import DomainError
from app.kernel.words import Message

FOLDER = "certificates"
_KEY = re.compile(r"[0-9a-f]{64}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StorageError(DomainError):
    """A file could not be written; nothing half-written stays, and the certificate itself is not touched."""

    status = 503


class Store:
    """The folder of rendered certificates; a file's name is the hash of the payload that it shows.

    Args:
        data_dir: the installation's folder for data.

    """

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir / FOLDER

    def path(self, key: str) -> Path:
        """Where the rendering of a payload lies.

        Raises:
            ValueError: the key is no SHA-256, so it could lead out of the folder.

        """
        if not _KEY.fullmatch(key):
            msg = "a key of the store is 64 hexadecimal digits"
            raise ValueError(msg)
        return self.root / key[:2] / f"{key}.pdf"

    def read(self, key: str) -> bytes | None:
        """The file's content, or None when it is not there."""
        try:
            return self.path(key).read_bytes()
        except OSError:
            return None

    def write(self, key: str, data: bytes) -> None:
        """Keep a rendering: a temporary file, fsync, rename, fsync of the folder; whole or not at all.

        Raises:
            StorageError: the disk is full or refuses. An fsync that failed is never tried again: the kernel may have
                dropped the pages (cf. the fsync findings of PostgreSQL, 2018).

        """
        target = self.path(key)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._replace(target, data)
        except OSError as error:
            raise _refusal(error) from error

    def _replace(self, target: Path, data: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def sha256(data: bytes) -> str:
    """The hash of a file's content, as it is recorded."""
    return hashlib.sha256(data).hexdigest()


def _refusal(error: OSError) -> StorageError:
    if error.errno in _FULL:
        return StorageError(
            Message(
                "The file was not made: the disk is full. The certificate itself is valid and safe. "
                "Ask the administrator to make room, then download it again."
            )
        )
    return StorageError(
        Message(
            "The file was not made: the disk refused it. The certificate itself is valid and safe. "
            "Tell the administrator, then download it again."
        )
    )
