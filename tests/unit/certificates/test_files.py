"""Files: their names, the ZIP, the list, the store, and what a PDF claims."""

import errno
import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from app.kernel.errors import StorageError
from app.kernel.spreadsheet import spreadsheet
from certificates.bundle import file_name, zip_stream
from certificates.inspection import UnreadableError, claim_of, differences
from certificates.storage import Store

KEY = "ab" * 32
AT = datetime(2024, 7, 5, 11, 30)  # noqa: DTZ001 - ZIP keeps local time


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Сынақов Өркен Һашымұлы", "EL-2024-000001 Сынақов Ө. Һ.pdf"),
        ("Ұлытест", "EL-2024-000001 Ұлытест.pdf"),
        ("О’Сынақ Д'Арт’ұлы", "EL-2024-000001 О’Сынақ Д.pdf"),
        ("аль Мисали Салем", "EL-2024-000001 аль Мисали С.pdf"),
        ("../../etc/passwd", "EL-2024-000001 .._.._etc_passwd.pdf"),
        ('<b> "x" | y?', "EL-2024-000001 _b_ _. _.pdf"),
        ("", "EL-2024-000001.pdf"),
    ],
)
def test_a_file_name_can_be_filed(name: str, expected: str) -> None:
    assert file_name("EL-2024-000001", name) == expected


def test_file_names_of_namesakes_differ_and_long_ones_are_cut() -> None:
    assert file_name("EL-1", "Сынақов Т") != file_name("EL-2", "Сынақов Т")
    assert len(file_name("EL-2024-000001", "Сынақ" * 50).encode()) < 255


def test_a_zip_is_streamed_and_whole() -> None:
    entries = [(f"Құжат {n}.pdf", bytes([n]) * 1000) for n in range(5)]
    pieces = list(zip_stream(entries, at=AT))
    assert len(pieces) == 6
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        assert [(info.filename, archive.read(info)) for info in archive.infolist()] == entries
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_nothing_in_the_list_becomes_a_formula_a_number_or_a_link() -> None:
    hostile = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "https://evil.example", "007", "{=1+1}"]
    data = spreadsheet([("a", 10)] * len(hostile), [hostile], title="Сертификаттар")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    row = next(iter(sheet.iter_rows(min_row=2)))
    assert [cell.value for cell in row] == hostile
    assert {cell.data_type for cell in row} == {"s"}
    assert not any(cell.hyperlink for cell in row)


def test_the_store_keeps_a_file_whole(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.read(KEY) is None
    store.write(KEY, b"one")
    store.write(KEY, b"two")
    assert store.read(KEY) == b"two"
    assert [path.name for path in store.path(KEY).parent.iterdir()] == [f"{KEY}.pdf"]


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "AB" * 32, f"{KEY}\n", "ab"])
def test_a_key_cannot_lead_out_of_the_store(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        Store(tmp_path).path(key)


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    store = Store(tmp_path)
    store.write(KEY, b"before")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "write":
        monkeypatch.setattr("os.fdopen", full)
    elif step == "fsync":
        monkeypatch.setattr("os.fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StorageError, match="the disk is full"):
        store.write(KEY, b"after")
    assert store.read(KEY) == b"before"
    assert len(list(store.path(KEY).parent.iterdir())) == 1


def test_what_is_no_pdf_is_unreadable() -> None:
    for data in (b"", b"PK\x03\x04", b"<html>"):
        with pytest.raises(UnreadableError):
            claim_of(data)


def test_a_broken_pdf_claims_nothing() -> None:
    assert claim_of(b"%PDF-1.7\n1 0 obj\nstream\nnot deflated\nendstream").codes == ()
    assert differences(b"%PDF-a", b"%PDF-a") == []
    assert differences(b"%PDF-a", b"%PDF-bb") == ["it has 6 bytes, the register's has 7"]
