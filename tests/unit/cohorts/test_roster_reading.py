"""A roster file is recognised by its bytes and read with the rows' own numbers, or refused with a sentence."""

import csv
import zipfile
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import FileRefusedError
from cohorts.roster import read_roster
from cohorts.roster.columns import Field
from cohorts.roster.reading import MAX_BYTES

ROOT = Path(__file__).resolve().parents[3]
ROSTERS = ROOT / "tests" / "data" / "rosters"
DEMO = ROOT / "demo" / "rosters"
CSV = "Full name;Organisation;IIN\nAda Lovelace;Academy;\n"


def workbook(*rows: list[object]) -> bytes:
    book, buffer = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]  # a new workbook has a sheet
    book.save(buffer)
    return buffer.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(FileRefusedError) as caught:
        read_roster(data)
    return str(caught.value.message)


@pytest.mark.parametrize(
    ("path", "encoding", "delimiter", "people", "first_row"),
    [
        (ROSTERS / "kel-2024_33_en_utf8.csv", "utf-8", ",", 33, 2),
        (ROSTERS / "um-2020_25_ru_utf8sig_titles.csv", "utf-8-sig", ";", 25, 5),
        (DEMO / "eulp-2023.csv", "utf-8-sig", ";", 81, 2),
        (DEMO / "kel-now.xlsx", None, None, 33, 6),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else None,
)
def test_rosters_as_coordinators_send_them(
    path: Path, encoding: str | None, delimiter: str | None, people: int, first_row: int
) -> None:
    roster = read_roster(path.read_bytes())
    assert (roster.encoding, roster.delimiter) == (encoding, delimiter)
    assert (len(roster.rows), roster.rows[0].row) == (people, first_row)


def test_every_kazakh_letter_survives_the_kazakh_code_page() -> None:
    old = read_roster((DEMO / "eulp-2023.csv").read_text(encoding="utf-8-sig").encode("kz1048"))
    assert (old.encoding, len(old.rows)) == ("kz1048", 81)
    letters = set("".join(row.get(Field.NAME) for row in old.rows))
    assert set("ӘәҒғҚқҢңӨөҰұҮүҺһІі") <= letters


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    text = "ФИО;Организация;Почта\nПримеров Иван;Академия;a@example.org\n".replace(";", delimiter)
    roster = read_roster(text.encode(encoding))
    assert roster.rows[0].get(Field.NAME) == "Примеров Иван"
    assert roster.delimiter == delimiter


def test_a_cell_with_line_breaks_is_one_row_of_the_sheet() -> None:
    buffer = StringIO()
    csv.writer(buffer).writerows([["Full name", "E-mail"], ["Ada\nKing", "a@b.org"], [], ["Mary", "m@b.org"]])
    assert [row.row for row in read_roster(buffer.getvalue().encode()).rows] == [2, 4]


def test_a_workbook_keeps_numbers_of_rows_zeros_and_visible_sheets() -> None:
    book, buffer = openpyxl.Workbook(), BytesIO()
    book.active.sheet_state = "hidden"  # type: ignore[union-attr]  # a new workbook has a sheet
    sheet = book.create_sheet("List")
    for row in ([], ["Approved"], [], ["Full name", "IIN", "Hobby"], ["Ada", 849923463775], ["Итого: 1"], ["Call Ann"]):
        sheet.append(row)
    book.save(buffer)
    roster = read_roster(buffer.getvalue())
    assert [(row.row, row.get(Field.IIN)) for row in roster.rows] == [(5, "849923463775")]
    assert (roster.left_out, roster.left_out_rows) == (("Hobby",), (6, 7))


def test_a_name_in_three_columns_is_recognised() -> None:
    roster = read_roster("Тегі;Аты;Әкесінің аты;Ұйымы\nҚұдайберген;Әли;Өмірұлы;Академия\n".encode())
    assert set(roster.rows[0].cells) == {"surname", "given_name", "patronymic", "organisation"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b" \n\t", "it is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old XLS"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
        (b"%PDF-1.7", "not a table"),
        (b"\x89PNG\r\n\x1a\n", "not a table"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"Full name;IIN\n\x00\x01\x02", "not a table"),
        (b"just some words", "no row of headings"),
        (b"<html><table><tr><td>Full name</td></tr></table>", "no row of headings"),
        (b"Full name;IIN\n", "no row below the headings"),
        (b'Full name;IIN\n"Ada;1\nMary;2\n', "never closed"),
        ("ФИО;Почта\n".encode() + "?лгібеков ?алым;a@b.org\n".encode() * 3, "Kazakh letters became"),
        (b"?????, ???;??????\n" * 3, "Kazakh letters became"),
        (b"Full name;IIN\n" + b"Ada;1\n" * 6_000, "more than 5000 rows"),
        (b"x" * (MAX_BYTES + 1), "larger than 5 MB"),
    ],
)
def test_what_is_no_roster_is_refused_with_a_sentence(data: bytes, reason: str) -> None:
    assert reason in refusal(data)


def packed(parts: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_other_archives_are_not_workbooks() -> None:
    assert "not an XLSX workbook" in refusal(packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}))
    assert "not an XLSX workbook" in refusal(packed({"[Content_Types].xml": b"", "word/document.xml": b""}))


def test_a_workbook_that_unfolds_to_gigabytes_is_refused_unread() -> None:
    bomb = packed({"[Content_Types].xml": b"", "xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b" " * 70_000_000})
    assert len(bomb) < 200_000
    assert "far too large" in refusal(bomb)


def test_a_workbook_with_one_cell_at_the_far_corner_harms_nobody() -> None:
    book, buffer = openpyxl.Workbook(), BytesIO()
    book.active["A1"], book.active["XFD1048576"] = "Full name", "x"  # type: ignore[index]  # a new workbook has a sheet
    book.save(buffer)
    assert refusal(buffer.getvalue()).startswith("The file was not read")


def test_an_empty_workbook_has_no_headings() -> None:
    assert "no row of headings" in refusal(workbook())


def test_the_name_of_a_file_is_not_asked() -> None:
    assert len(read_roster(workbook(["Full name", "IIN"], ["Ada", None])).rows) == 1
    assert len(read_roster(CSV.encode()).rows) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_roster(data.replace(b"PK\x03\x04", b""))  # no process for each example
    except FileRefusedError as error:
        assert str(error.message)  # noqa: PT017 - either way is right
