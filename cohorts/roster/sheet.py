"""Runs as a process of its own: a workbook on stdin, its rows as JSON on stdout, under limits of memory and time.

A workbook of 200 KB can unfold to gigabytes. Here that ends this process, not the server.
"""

import contextlib
import json
import resource
import sys
from datetime import date, datetime
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook, SheetVisibleEnum

MEMORY = 1024 * 1024 * 1024  # bytes of address space, of which the interpreter alone maps a good part
SECONDS = 10
MAX_SHEETS = 12
MAX_ROWS = 5_100
MAX_COLUMNS = 60
MAX_CELL = 1_000


def cell_text(value: Any) -> str:  # noqa: ANN401 - any value that a sheet holds
    """The text of a cell; whole numbers without the ``.0`` that spreadsheets give them."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)[:MAX_CELL]


def main() -> int:
    """Read the workbook; exit code 1 when it is none or is protected."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    data = sys.stdin.buffer.read()
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    visible = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    sheets = []
    for name in visible[:MAX_SHEETS]:
        sheet = workbook.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS)
        sheets.append([[cell_text(value) for value in row[:MAX_COLUMNS]] for row in rows])
    json.dump(sheets, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
