"""Names that people give to files, made fit to be shown and to be saved under: nothing in them acts."""

import re

from app.kernel.files.kinds import Kind
from app.kernel.text import clean

LONGEST = 200  # bytes: file systems take 255, and the reader's own may add " (1)"
LONGEST_EXTENSION = 10
_RESERVED = re.compile(r'[<>:"|?*]+')  # on Windows; line ends and signs of direction are gone by then
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def safe_name(name: str, kind: Kind | None = None) -> str:
    """A name without folders, control and direction characters, neither hidden nor too long.

    Args:
        name: as it was given.
        kind: what the file is: the name then ends so. «report.html» that is a PDF becomes «report.html.pdf».

    """
    kept = _RESERVED.sub("_", clean(re.split(r"[/\\]", name)[-1])).strip(". ")
    stem, _, ending = kept.rpartition(".")
    if kind is not None and (not stem or ending.casefold() != kind.extension):
        stem, ending = kept, kind.extension
    elif not stem or len(ending) > LONGEST_EXTENSION:
        stem, ending = kept, ""
    ending = f".{ending}" if ending else ""
    room = LONGEST - len(ending.encode()) - 1
    stem = stem.encode()[:room].decode(errors="ignore").strip(". ") or "file"
    return f"_{stem}{ending}" if _DEVICES.match(stem) else f"{stem}{ending}"
