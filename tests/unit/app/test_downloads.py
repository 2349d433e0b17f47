"""Files of the store handed out, and uploads taken in: in pieces, as attachments, under safe names. No database."""

import io
import tracemalloc
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from app.kernel.errors import StorageError
from app.kernel.files.kinds import DOCX, PDF
from app.kernel.files.store import CHUNK, DiskStore, Stored
from app.web.downloads import SANDBOX, send_bytes, send_stored

MEGABYTE = 1024 * 1024
CONTENT = b"%PDF-1.7\n" + bytes(range(256)) * 4096


class Site:
    """An application of two pages: one takes a file, one gives it."""

    def __init__(self, folder: Path) -> None:
        self.store = DiskStore(folder)
        self.app = Flask("site")
        self.app.testing = True
        self.name, self.media_type = "Жоба.pdf", PDF.media_type
        self.stored = self.store.put(io.BytesIO(CONTENT), limit=2 * MEGABYTE)
        self.app.add_url_rule("/", view_func=lambda: send_stored(self.store, self.stored, self.name, self.media_type))
        self.app.add_url_rule("/", "take", self.take, methods=["POST"])

    def take(self) -> str:
        self.stored = self.store.put(request.files["file"], limit=20 * MEGABYTE)
        return self.stored.key

    def get(self, **headers: str) -> TestResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.test_client().get("/", headers=given, buffered=True)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_file_is_handed_out_as_an_attachment_that_runs_nowhere(site: Site) -> None:
    answer = site.get()
    assert answer.data == CONTENT
    assert answer.status_code == 200
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == str(len(CONTENT))
    assert headers["Content-Security-Policy"] == SANDBOX
    assert headers["Cache-Control"] == "no-store"
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Content-Disposition"] == (
        "attachment; filename=____.pdf; filename*=UTF-8''%D0%96%D0%BE%D0%B1%D0%B0.pdf"
    )


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "", "application/pdf; charset=x", "text/plain"])
def test_a_type_that_is_not_ours_is_not_believed(site: Site, media_type: str) -> None:
    site.media_type = media_type
    assert site.get().headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "a\r\nX-Evil: 1",
        'a"; filename=b',
        "\u202efdp.exe",
        "Қ" * 300,
        "\ud800",
        "\0",
        "%0d%0a",
        "a;b=c",
        "",
        "=?utf-8?b?YQ==?=",
    ],
)
def test_a_hostile_name_stays_inside_its_header(site: Site, name: str) -> None:
    site.name = name
    headers = site.get().headers
    assert "X-Evil" not in headers
    [disposition] = headers.getlist("Content-Disposition")
    assert disposition.isascii()
    assert disposition.isprintable()
    assert disposition.startswith("attachment; filename")
    shown = unquote(disposition.rpartition("''")[2])
    assert shown.rstrip('"').endswith(".pdf")
    assert "\u202e" not in shown
    assert "/" not in shown


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-99", 206, 0, 99),
        ("bytes=-100", 206, len(CONTENT) - 100, len(CONTENT) - 1),
        (f"bytes={CHUNK - 1}-{CHUNK * 2}", 206, CHUNK - 1, CHUNK * 2),
        ("bytes=1000-", 206, 1000, len(CONTENT) - 1),
    ],
)
def test_a_broken_download_goes_on(site: Site, asked: str, status: int, first: int, last: int) -> None:
    answer = site.get(Range=asked)
    assert answer.status_code == status
    assert answer.data == CONTENT[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(CONTENT)}"
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert answer.headers["Content-Security-Policy"] == SANDBOX


@pytest.mark.parametrize("asked", [f"bytes={len(CONTENT)}-", "bytes=0-1,5-6", "bytes=5-1", "bytes=x", "lines=0-1"])
def test_an_impossible_part_is_refused(site: Site, asked: str) -> None:
    assert site.get(Range=asked).status_code == 416


def test_a_part_of_another_content_is_the_whole(site: Site) -> None:
    tag = site.get().headers["ETag"]
    assert site.get(Range="bytes=0-9", If_Range=tag).status_code == 206
    assert site.get(Range="bytes=0-9", If_Range='"other"').data == CONTENT
    assert site.get(If_None_Match=tag).status_code == 304


@pytest.mark.parametrize("harm", ["removed", "cut"])
def test_a_file_that_is_missing_or_cut_is_not_begun(site: Site, harm: str) -> None:
    if harm == "removed":
        site.store.remove(site.stored.key)
    else:
        site.store.path(site.stored.key).write_bytes(CONTENT[:100])
    with pytest.raises(StorageError, match="missing or damaged"):
        site.get()


def test_ten_megabytes_go_in_and_out_in_little_memory(site: Site, tmp_path: Path) -> None:
    size = 10_000_000
    body = tmp_path / "body"
    with body.open("wb") as file:
        file.write(b'--x\r\nContent-Disposition: form-data; name="file"; filename="r.pdf"\r\n\r\n')
        for _ in range(1000):
            file.write(b"a" * (size // 1000))
        file.write(b"\r\n--x--\r\n")
    client = site.app.test_client()
    with body.open("rb") as sent:
        tracemalloc.start()
        try:
            client.post("/", input_stream=sent, content_type="multipart/form-data; boundary=x")
            taken_in = tracemalloc.get_traced_memory()[1]
            tracemalloc.reset_peak()
            with client.get("/") as answer:
                length = sum(map(len, answer.iter_encoded()))
            given_out = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert (site.stored.size, length) == (size, size)
    assert max(taken_in, given_out) < 3 * MEGABYTE


def test_what_is_made_in_memory_has_the_same_headers(site: Site) -> None:
    with site.app.test_request_context():
        headers = send_bytes(b"x", "a.xlsx", "application/zip").headers
    assert headers["Content-Disposition"] == "attachment; filename=a.xlsx"
    assert headers["Content-Security-Policy"] == SANDBOX
    assert headers["Cache-Control"] == "no-store"


def test_an_office_file_keeps_its_type(site: Site) -> None:
    site.media_type, site.name, site.stored = DOCX.media_type, "x", Stored(site.stored.key, len(CONTENT))
    answer = site.get()
    assert answer.headers["Content-Type"] == DOCX.media_type
    assert answer.headers["Content-Disposition"] == "attachment; filename=x.docx"
