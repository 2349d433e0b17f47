"""From the bytes of a roster file to tables of texts. The first bytes decide what it is, never its name."""

import csv
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path

from app.kernel.errors import FileRefusedError
from app.kernel.words import Message

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 60
MAX_CELL = 1_000
MAX_UNPACKED = 60 * 1024 * 1024
MAX_PARTS = 1_000
SECONDS = 20
DELIMITERS = ";,\t"

_SHEET = Path(__file__).with_name("sheet.py")
_KAZAKH_1048 = frozenset(b"\x8d\x8e\x9d\x9e\xa1\xa2\xa3\xa5\xaa\xaf\xb4\xba\xbc\xbd\xbe\xbf")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: rows with their number in the file.

    Args:
        encoding, delimiter: of a CSV file; None for a workbook.

    """

    rows: list[Row]
    encoding: str | None = None
    delimiter: str | None = None


def refused(reason: Message) -> FileRefusedError:
    """A file that was refused whole."""
    return FileRefusedError(reason)


def read_tables(data: bytes) -> list[Table]:
    """The tables of a CSV file (one for each delimiter that it may mean) or of a workbook (one for each visible sheet).

    Raises:
        FileRefusedError: it is no such file, or too large; the sentence says how to go on.

    """
    if len(data) > MAX_BYTES:
        raise refused(Message("The file was not read: it is larger than %(n)s MB.", n=MAX_BYTES // 1024 // 1024))
    if not data.strip():
        raise refused(Message("The file was not read: it is empty."))
    if data.startswith(_ZIP):
        return _workbook(data)
    if data.startswith(_OLE):
        raise refused(
            Message("The file was not read: it is protected with a password. Save it without the password.")
            if _ENCRYPTED in data
            else Message("The file was not read: it is an old XLS workbook. Save it as XLSX and send that.")
        )
    if data.startswith((_PDF, b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise refused(Message("The file was not read: it is not a table. Send an XLSX or a CSV file."))
    return _csv(data)


def _decode(data: bytes) -> tuple[str, str]:
    """Text and encoding: a byte order mark, else strict UTF-8, else KZ-1048 or Windows-1251 by the letters in use."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    marked = next((encoding for mark, encoding in marks.items() if data.startswith(mark)), None)
    single = "kz1048" if _KAZAKH_1048 & set(data) else "cp1251"
    for encoding in [marked] if marked else ["utf-8", single]:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if _CONTROL.search(text):
            break
        return text, encoding
    raise refused(Message("The file was not read: it is not a table. Send an XLSX or a CSV file."))


def _csv(data: bytes) -> list[Table]:
    text, encoding = _decode(data)
    first = text.split("\n", 1)[0].strip()
    delimiters = first[4] if re.fullmatch(r"sep=[;,\t]", first, re.IGNORECASE) else DELIMITERS
    tables, problem = [], None
    for delimiter in delimiters:
        if delimiter not in text:
            continue
        try:
            tables.append(Table(_records(text, delimiter), encoding, delimiter))
        except csv.Error as error:
            problem = error
    if not tables and problem:
        raise refused(Message("The file was not read: a quotation mark is opened and never closed.")) from problem
    return tables or [Table([(1, [text[:MAX_CELL]])], encoding, None)]


def _records(text: str, delimiter: str) -> list[Row]:
    """The records, numbered as a spreadsheet numbers its rows: a cell with a line break is one row."""
    rows: list[Row] = []
    for number, record in enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True), start=1):
        if number > MAX_ROWS + 100:
            raise _too_many_rows()
        rows.append((number, [cell[:MAX_CELL] for cell in record[:MAX_COLUMNS]]))
    return rows


def _too_many_rows() -> FileRefusedError:
    return refused(Message("The file was not read: it has more than %(n)s rows.", n=MAX_ROWS))


def _workbook(data: bytes) -> list[Table]:
    _check_zip(data)
    try:
        done = subprocess.run(  # noqa: S603 - our own script, nothing of the user's on the command line
            [sys.executable, "-I", str(_SHEET)], input=data, capture_output=True, timeout=SECONDS, check=True
        )
        sheets = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise refused(
            Message(
                "The file was not read: the workbook is damaged or too large. Save it anew as XLSX or as CSV UTF-8."
            )
        ) from error
    tables = [Table(list(enumerate(sheet, start=1))) for sheet in sheets if sheet]
    if any(len(table.rows) > MAX_ROWS + 50 for table in tables):
        raise _too_many_rows()
    return tables or [Table([])]


def _check_zip(data: bytes) -> None:
    """Sum the sizes before anything is unpacked, and see that it is a workbook at all."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise refused(Message("The file was not read: the workbook is damaged. Save it anew as XLSX.")) from error
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise refused(Message("The file was not read: it is not an XLSX workbook. Save it as XLSX or as CSV UTF-8."))
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise refused(Message("The file was not read: unpacked, the workbook is far too large."))
