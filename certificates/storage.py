"""Where the renderings of certificates lie on the disk: a cache, whatever is missing or differs is made again."""

import hashlib
import re
from pathlib import Path

from app.kernel.errors import StorageError
from app.kernel.files.writing import draft, is_full
from app.kernel.words import Message

FOLDER = "certificates"
_KEY = re.compile(r"[0-9a-f]{64}")


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
        """Keep a rendering, whole or not at all, in the place of an older one.

        Raises:
            StorageError: the disk is full or refuses; the certificate itself is not touched.

        """
        target = self.path(key)
        try:
            with draft(self.root) as file:
                file.write(data)
                file.keep(target)
        except OSError as error:
            raise _refusal(error) from error


def sha256(data: bytes) -> str:
    """The hash of a file's content, as it is recorded."""
    return hashlib.sha256(data).hexdigest()


def _refusal(error: OSError) -> StorageError:
    if is_full(error):
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
