"""What a file is and what it may be called, whatever its sender says."""

import io
import tracemalloc
import unicodedata
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.files.kinds import DOCX, KINDS, PDF, PPTX, XLSX, Kind, kind_by_media_type, kind_of
from app.kernel.files.names import LONGEST, safe_name
from app.kernel.spreadsheet import spreadsheet
from tests.support.office import office

LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")


def kind(data: bytes) -> Kind | None:
    file = io.BytesIO(data)
    found = kind_of(file)
    assert file.tell() == 0
    return found


def workbook() -> bytes:
    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    return book.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.7\n", PDF),
        (office("docx"), DOCX),
        (office("xlsx"), XLSX),
        (office("pptx"), PPTX),
        (spreadsheet([("a", 10)], [["b"]]), XLSX),
        (workbook(), XLSX),
        (office("docx", document="word/document2.xml"), DOCX),
        (office("docx", parts={"word/embeddings/sheet.xlsx": office("xlsx")}), DOCX),
    ],
)
def test_known_kinds_are_known_by_their_content(data: bytes, expected: Kind) -> None:
    assert kind(data) == expected


def bomb() -> bytes:
    """A document of which a megabyte becomes a gigabyte."""
    return office("docx", parts={f"word/media/{n}.bmp": b"\0" * 64 * 1024 * 1024 for n in range(5)})


def million_parts() -> bytes:
    """A ZIP that is nothing but its own directory: a million parts, if one believes it."""
    one = io.BytesIO()
    with zipfile.ZipFile(one, "w") as archive:
        archive.writestr("a", b"")
    data = one.getvalue()
    start = data.index(b"PK\x01\x02")
    entry = data[start : data.index(b"PK\x05\x06")]
    directory = entry * (10_000_000 // len(entry))
    end = b"PK\x05\x06" + b"\0" * 4 + b"\xff\xff" * 2 + len(directory).to_bytes(4, "little")
    return data[:start] + directory + end + start.to_bytes(4, "little") + b"\0\0"


def packed_oddly(method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("[Content_Types].xml", f"{DOCX.media_type}.main+xml" + " " * 50_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF",
        b" %PDF-1.7",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\x89PNG\r\n\x1a\n",
        b"MZ\x90\x00",
        b"#!/bin/sh\n",
        LOCKED,
        b"PK\x03\x04",
        b"PK\x05\x06" + b"\0" * 18,
        office("docx")[:-30],
        office("docx", main="application/vnd.ms-word.document.macroEnabled.main+xml"),
        office("docx", main="text/html"),
        office("docx", main=f"{DOCX.media_type}.main+xml {XLSX.media_type}.main+xml"),
        bomb(),
        million_parts(),
        packed_oddly(zipfile.ZIP_BZIP2),
        packed_oddly(zipfile.ZIP_LZMA),
    ],
    ids=range(19),
)
def test_everything_else_is_unknown_and_costs_little(data: bytes) -> None:
    tracemalloc.start()
    try:
        assert kind(data) is None
        assert tracemalloc.get_traced_memory()[1] < len(data) + 8_000_000
    finally:
        tracemalloc.stop()


@given(at=st.integers(0, 2_000), put=st.binary(max_size=8), cut=st.integers(0, 40))
def test_a_damaged_file_is_a_kind_or_none(at: int, put: bytes, cut: int) -> None:
    data = office("pptx")
    at = 1 + at % (len(data) - 1)  # the first byte stays: with another it may begin as a file of another kind
    assert kind(data[:at] + put + data[at + cut :]) in {PPTX, None}


@given(data=st.binary(max_size=400))
def test_whatever_begins_as_a_zip_is_survived(data: bytes) -> None:
    assert kind(b"PK\x03\x04" + data) is None
    assert kind(b"PK\x03\x04" + data + office("docx")[-22:]) is None


def test_only_our_own_types_are_handed_out() -> None:
    assert [kind_by_media_type(each.media_type) for each in KINDS] == list(KINDS)
    assert kind_by_media_type("text/html") is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Жоба 1.pdf", "Жоба 1.pdf"),
        ("Жоба 1.PDF", "Жоба 1.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\Отчёт.pdf", "Отчёт.pdf"),
        ("report.html", "report.html.pdf"),
        ("report.svg\0.pdf", "report.svg.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie_ x=1.pdf"),
        ('a"; filename="evil.exe', "a_; filename=_evil.exe.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("\u200fسيرة.pdf", "سيرة.pdf"),
        ("…", "….pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("...", "file.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("a/", "file.pdf"),
        ("x." + "y" * 50, "x." + "y" * 50 + ".pdf"),
        ("e\u0301.pdf", "é.pdf"),
    ],
)
def test_a_name_is_safe_and_stays_readable(given: str, expected: str) -> None:
    assert safe_name(given, PDF) == expected


def test_a_name_of_an_unknown_kind_keeps_its_ending() -> None:
    assert safe_name("a.zip") == "a.zip"
    assert safe_name("a") == "a"
    assert safe_name(".x") == "x"


@given(name=st.text(max_size=600), known=st.sampled_from([None, *KINDS]))
def test_no_name_is_dangerous(name: str, known: Kind | None) -> None:
    made = safe_name(name, known)
    assert not {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} & {unicodedata.category(char) for char in made}
    assert not set('/\\<>:"|?*') & set(made)
    assert 0 < len(made.encode()) <= LONGEST
    assert made not in {".", ".."}
    assert not made.startswith(".")
    assert known is None or made.casefold().endswith(f".{known.extension}")
    assert safe_name(made, known) == made


@pytest.mark.parametrize("letter", ["a", "Ж", "字", "😀"])
def test_a_long_name_is_cut_and_keeps_its_ending(letter: str) -> None:
    made = safe_name(letter * 300 + ".docx", DOCX)
    assert made.endswith(f"{letter}.docx")
    assert LONGEST - 5 < len(made.encode()) <= LONGEST
