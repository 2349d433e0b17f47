"""Files that are too large or not what they say, sent to a real server; disks that are full."""

import errno
import io
import zipfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.kernel.errors import DomainError, FileRefusedError
from app.kernel.unit import unit_of_work
from certificates.models import Certificate, RenderedFile
from cohorts.models import Enrolment, RosterUpload
from cohorts.programme_file import read_programme
from cohorts.roster.columns import read_roster
from tests.integration.certificates.making import World, sign_in
from tests.integration.hostile.killing import cookie_of, nursery, start

MEGABYTE = 1024 * 1024
SENTENCES = {"kk": "Файл тым үлкен", "ru": "Файл слишком большой", "en": "The file is too large"}


def highest(pid: int) -> int:
    """The most memory that a process has held, in bytes."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_hundred_megabytes_are_refused_in_one_sentence_and_in_little_memory(own_app: Flask, *, chunked: bool) -> None:
    with own_app.app_context(), unit_of_work() as session:
        cookie = cookie_of(own_app, World(session).actor(Role.COORDINATOR))

    def body() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="r.csv"\r\n\r\n'
        for _ in range(100):
            yield b"a" * MEGABYTE
        yield b"\r\n--x--\r\n"

    length = sum(map(len, body()))
    with nursery(own_app) as process:
        victim = start(process)
        for number, (lang, sentence) in enumerate(SENTENCES.items() if not chunked else [("en", SENTENCES["en"])]):
            headers = {"Content-Type": "multipart/form-data; boundary=x", "Cookie": f"{cookie}; lang={lang}"}
            if not chunked:
                headers["Content-Length"] = str(length)
            connection = HTTPConnection("127.0.0.1", victim.port, timeout=60)
            before = highest(victim.pid)
            connection.request("POST", "/cohorts/kel-1/import", body(), headers, encode_chunked=chunked)
            answer = connection.getresponse()
            page = answer.read().decode()
            assert answer.status == 413
            assert sentence in page
            assert "Traceback" not in page
            assert highest(victim.pid) - before < (40 if number == 0 else 10) * MEGABYTE
            connection.close()
        victim.kill()


def bomb() -> bytes:
    """A workbook of which 100 KB become 100 MB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"\0" * 100 * MEGABYTE)
    return packed.getvalue()


def entities() -> bytes:
    """A workbook whose XML asks for a file of the server."""
    packed = io.BytesIO()
    evil = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "/etc/passwd">]><workbook>&e;</workbook>'
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", evil)
        archive.writestr("xl/workbook.xml", evil)
    return packed.getvalue()


FILES = {
    "empty": b"",
    "spaces": b" \n\n ",
    "nul.csv": b"\x00" * 1000,
    "nul in text": "Аты-жөні;Ұйымы\nА\x00;Б\n".encode(),
    "png.csv": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "pdf.xlsx": b"%PDF-1.7\n",
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
    "locked.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
    "bomb.xlsx": bomb(),
    "entities.xlsx": entities(),
    "cut.xlsx": bomb()[:500],
    "columns.csv": b";".join([b"x"] * 1_000_000),
    "quote.csv": 'Аты-жөні;Ұйымы\n"А;Б\n'.encode() * 3,
    "random": bytes(range(256)) * 50,
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_roster_is_refused_whole(name: str) -> None:
    with pytest.raises(FileRefusedError) as refusal:
        read_roster(FILES[name])
    assert "\n" not in str(refusal.value)


def test_no_roster_leaves_anything_behind(app: Flask, session: Session) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = sign_in(app, World(session).actor(Role.COORDINATOR))
    small = {name: data for name, data in FILES.items() if len(data) < MEGABYTE // 2}  # larger: the client's own files
    for name, data in small.items():
        sent = {"file": (io.BytesIO(data), f"../../{name}")}
        answer = client.post("/cohorts/kel-1/import", data=sent, content_type="multipart/form-data")
        assert answer.status_code == 422, name
        assert "Traceback" not in answer.get_data(as_text=True)
    assert session.query(RosterUpload).count() == session.query(Enrolment).count() == 0


PROGRAMMES = {
    "anchor": b"a: &x [1]\nb: *x\n",
    "laughs": b"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
    "tag": b"a: !!python/object/apply:os.system ['true']\n",
    "deep": b"[" * 10_000,
    "deep keys": b"".join(b" " * level + b"a:\n" for level in range(200)),
    "many": b"- 1\n" * 30_000,
    "large": b"#" * 600_000,
    "nul": b"a: \x00",
    "digits": b"a: " + b"9" * 5_000,
    "surrogate": b'code: "\\ud800"\n',
    "not utf-8": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("name", PROGRAMMES)
def test_a_hostile_programme_file_is_refused_with_its_line(name: str) -> None:
    with pytest.raises(FileRefusedError) as refusal:
        read_programme(PROGRAMMES[name])
    assert refusal.value.problems


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS])
def test_a_disk_that_refuses_leaves_no_half_file(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    world = World(session)
    world.many(2)
    certificate = world.issued().certificates[0]
    client = sign_in(app, world.actor(Role.COORDINATOR, name="reader"))
    client.set_cookie("lang", "en")

    def full(_handle: int) -> None:
        raise OSError(number, "no")

    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", full)
        for answer in (
            client.get(f"/certificates/{certificate.number}.pdf"),
            client.post("/certificates/download", data={"scope": "all", "as": "zip"}),
        ):
            assert answer.status_code == 503
            assert "The certificate itself is valid and safe" in answer.get_data(as_text=True)
    folder = app.extensions["settings"].DATA_DIR
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert session.query(RenderedFile).count() == 0
    assert session.query(Certificate).count() == 2
    assert client.get(f"/certificates/{certificate.number}.pdf").data.startswith(b"%PDF")


def test_a_file_that_was_cut_is_made_anew(app: Flask, session: Session) -> None:
    world = World(session)
    world.many(1)
    app.config["WTF_CSRF_ENABLED"] = False
    path = f"/certificates/{world.issued().certificates[0].number}.pdf"
    client = sign_in(app, world.actor(Role.COORDINATOR, name="reader"))
    whole = client.get(path).data
    [kept] = app.extensions["settings"].DATA_DIR.rglob("*.pdf")
    kept.write_bytes(whole[:1000])
    assert client.get(path).data == whole
    assert kept.read_bytes() == whole


def test_refusals_are_of_the_domain() -> None:
    assert issubclass(FileRefusedError, DomainError)
