"""The pages from the proposal to the file, in the browser's words; a full disk; hostile names."""

import errno
import io
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.enums import Role, ScopeKind
from app.kernel.unit import unit_of_work
from certificates.enums import BatchStatus
from certificates.models import Batch, Certificate, RenderedFile
from cohorts.enums import EnrolmentStatus
from tests.integration.certificates.making import NAMES, World, sign_in

ORDER = {"order_number": "214-ө", "order_date": "2024-07-01", "issued_on": "2024-07-05", "office_en": "Chair"}
HOSTILE = '<b onload="x">{{7*7}}</b> Тест'


def text(answer: TestResponse) -> str:
    page: str = answer.get_data(as_text=True)
    return page.replace("\u00a0", " ")


@pytest.fixture
def staff(world: World, app: Flask) -> tuple[FlaskClient, FlaskClient]:
    """A coordinator's and an approver's client; five people completed, one of them with a hostile name."""
    world.enrol(*NAMES[:4], (HOSTILE, "", ""))
    return sign_in(app, world.actor(Role.COORDINATOR)), sign_in(app, world.actor(Role.APPROVER))


def test_from_the_proposal_to_the_file(staff: tuple[FlaskClient, FlaskClient], world: World) -> None:
    coordinator, approver = staff
    page = text(coordinator.get("/cohorts/kel-1/certificates"))
    assert "Before issue: 5 of 5 can be issued" in page
    assert "&lt;b onload=" not in page or HOSTILE not in page
    assert "Propose 5 certificates" in text(coordinator.get("/"))
    done = coordinator.post("/cohorts/kel-1/certificates", data=ORDER, follow_redirects=True)
    assert "5 certificates were proposed" in text(done)
    key = world.session.scalars(select(Batch.key)).one()
    assert "Approve 5 certificates" in text(approver.get("/"))
    page = text(approver.get(f"/approvals/{key}/"))
    assert "KEL-2024-000001 to KEL-2024-000005, in alphabetical order" in page
    assert "&lt;b onload=&#34;x&#34;&gt;{{7*7}}&lt;/b&gt;" in page
    assert HOSTILE not in page
    specimen = approver.get(f"/approvals/{key}/specimen.pdf")
    assert (specimen.status_code, specimen.data[:5]) == (200, b"%PDF-")
    unticked = approver.post(f"/approvals/{key}/", data={})
    assert (unticked.status_code, "Tick that you have looked" in text(unticked)) == (422, True)
    issued = approver.post(f"/approvals/{key}/", data={"looked": "1"}, follow_redirects=True)
    assert "5 certificates were issued." in text(issued)
    assert "5 certificates issued" in text(coordinator.get(f"/cohorts/kel-1/certificates/{key}"))
    assert approver.get(f"/approvals/{key}/").status_code == 302
    answer = coordinator.post("/certificates/download", data={"as": "zip", "scope": "all", "batch": key})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert len(archive.namelist()) == 6
        assert not any(set(name) & set('<>"/\\') for name in archive.namelist())
    assert world.session.query(RenderedFile).count() == 5


def test_errors_stand_on_their_fields_and_keep_what_was_typed(staff: tuple[FlaskClient, FlaskClient]) -> None:
    coordinator, _ = staff
    answer = coordinator.post("/cohorts/kel-1/certificates", data=ORDER | {"order_date": "2024-07-06"})
    page = text(answer)
    assert answer.status_code == 422
    assert 'href="#order_date"' in page
    assert 'value="214-ө"' in page
    glyph = coordinator.post("/cohorts/kel-1/certificates", data=ORDER | {"order_number": "漢"})
    assert (glyph.status_code, "cannot be printed" in text(glyph)) == (422, True)
    empty = coordinator.post("/cohorts/kel-1/certificates", data={})
    assert text(empty).count('class="emsg"') == 3


def test_a_proposal_is_sent_back_and_proposed_again(staff: tuple[FlaskClient, FlaskClient], world: World) -> None:
    coordinator, approver = staff
    coordinator.post("/cohorts/kel-1/certificates", data=ORDER)
    again = coordinator.post("/cohorts/kel-1/certificates", data=ORDER)
    assert (again.status_code, "wait for approval already" in text(again)) == (422, True)
    key = world.session.scalars(select(Batch.key)).one()
    assert approver.post(f"/approvals/{key}/back", data={"note": ""}).status_code == 422
    done = approver.post(f"/approvals/{key}/back", data={"note": "Other date"}, follow_redirects=True)
    assert "The proposal was sent back." in text(done)
    assert "Other date" in text(coordinator.get("/"))
    assert "Other date" in text(coordinator.get("/cohorts/kel-1/certificates"))
    assert approver.post(f"/approvals/{key}/", data={"looked": "1"}).status_code == 409
    coordinator.post("/cohorts/kel-1/certificates", data=ORDER)
    statuses = world.session.scalars(select(Batch.status).order_by(Batch.id)).all()
    assert statuses == [BatchStatus.RETURNED, BatchStatus.PROPOSED]


def test_a_cohort_without_an_end_gets_one_and_is_proposed(
    staff: tuple[FlaskClient, FlaskClient], world: World, app: Flask
) -> None:
    coordinator, approver = staff
    world.cohort.ends_on = None
    world.session.flush()
    page = text(coordinator.get("/cohorts/kel-1/certificates"))
    assert "It is not known when the cohort ends." in page
    assert '<a href="/cohorts/kel-1/edit">Enter the last day</a>' in page
    auditor = sign_in(app, world.actor(Role.AUDITOR))
    assert '<a href="/cohorts/kel-1/">Open the cohort</a>' in text(auditor.get("/cohorts/kel-1/certificates"))
    days = {"starts_on": "2024-01-15", "ends_on": "2024-06-28", "planned_size": "30"}
    saved = coordinator.post("/cohorts/kel-1/edit", data={**days, "version": "1"})
    assert saved.status_code == 302
    assert coordinator.post("/cohorts/kel-1/certificates", data=ORDER).status_code == 302
    moved = coordinator.post("/cohorts/kel-1/edit", data={**days, "ends_on": "2024-07-28", "version": "2"})
    assert (moved.status_code, "certificates with these dates wait for approval" in text(moved)) == (422, True)
    key = world.session.scalars(select(Batch.key)).one()
    assert approver.post(f"/approvals/{key}/", data={"looked": "1"}).status_code == 302
    assert "28\xa0June" in world.session.scalars(select(Certificate.payload)).all()[0]


def test_annulling_and_replacing_by_page(staff: tuple[FlaskClient, FlaskClient], world: World) -> None:
    _, approver = staff
    first, second = world.issued().certificates[:2]
    assert approver.post(f"/certificates/{first.number}/annul", data={"reason": ""}).status_code == 422
    done = approver.post(f"/certificates/{first.number}/annul", data={"reason": "in error"}, follow_redirects=True)
    assert "is annulled" in text(done)
    assert approver.post(f"/certificates/{first.number}/annul", data={"reason": "again"}).status_code == 409
    page = text(approver.get(f"/certificates/{second.number}/reissue"))
    assert "there is nothing to replace" in page
    same = approver.post(f"/certificates/{second.number}/reissue", data={"reason": "x", "issued_on": "2024-07-09"})
    assert same.status_code == 422
    second.person.names[0].surname = "Түзетілген"
    assert "corrected after the issue" in text(approver.get(f"/certificates/{second.number}/"))
    page = text(approver.get(f"/certificates/{second.number}/reissue"))
    assert "<ins>Түзетілген" in page
    data = {"reason": "misspelt", "issued_on": "2024-07-09"}
    done = approver.post(f"/certificates/{second.number}/reissue", data=data, follow_redirects=True)
    assert f"Certificate KEL-2024-000006 was issued in place of {second.number}." in text(done)


@pytest.mark.parametrize("form", ["one", "zip"])
def test_a_full_disk_is_one_sentence_and_the_certificate_stays(
    staff: tuple[FlaskClient, FlaskClient], world: World, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    coordinator, _ = staff
    certificate = world.issued().certificates[0]

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def fetch() -> TestResponse:
        if form == "one":
            return coordinator.get(f"/certificates/{certificate.number}.pdf")
        return coordinator.post("/certificates/download", data={"as": "zip"})

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        refused = fetch()
    assert refused.status_code == 503
    assert "the disk is full. The certificate itself is valid and safe" in text(refused)
    assert world.session.query(RenderedFile).count() == 0
    data_dir = coordinator.application.extensions["settings"].DATA_DIR
    assert not [path for path in (data_dir / "certificates").rglob("*") if path.is_file()]
    assert "is genuine" in text(coordinator.get(f"/verify/{certificate.code}"))
    assert fetch().status_code == 200


def test_a_zip_is_sent_after_the_request_has_ended(own_app: Flask) -> None:
    own_app.config["WTF_CSRF_ENABLED"] = False
    with own_app.app_context(), unit_of_work() as session:
        world = World(session)
        world.many(3)
        world.issued()
        auditor = world.actor(Role.AUDITOR)
    client = sign_in(own_app, auditor)
    environment = client.post("/certificates/download", data={"as": "zip"}).request.environ
    environment["wsgi.input"] = io.BytesIO(b"as=zip")
    environment["CONTENT_LENGTH"] = "6"
    pieces = own_app.wsgi_app(environment, lambda *_: lambda _: None)
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert len(archive.namelist()) == 4


def test_nobody_else_gets_in(world: World, app: Flask) -> None:
    world.many(1)
    batch = world.proposed(world.actor(Role.COORDINATOR, name="proposes"))
    official = sign_in(app, world.actor(Role.OFFICIAL))
    for address in (f"/approvals/{batch.key}/", "/approvals/", "/cohorts/kel-1/certificates", "/me/certificates/"):
        assert official.get(address).status_code == 404
    anonymous = app.test_client()
    assert anonymous.get("/certificates/").status_code == 302
    assert anonymous.get("/certificates/KEL-2024-000001.pdf").status_code == 302
    assert world.session.query(Certificate).count() == 0


def test_the_coordinator_sees_proofs_and_findings_with_their_mends(world: World, app: Flask) -> None:
    world.enrol(("Сынақмұхаммедханғалиева-Үлгіқожабергенова Гүлнұрсұлтанбибіайша", "", ""), ("漢字 Тест", "", ""))
    client = sign_in(app, world.actor(Role.COORDINATOR))
    page = text(client.get("/cohorts/kel-1/certificates"))
    assert "Before issue: 1 of 2 can be issued" in page
    assert 'href="/cohorts/kel-1/people/2"' in page
    assert 'href="/cohorts/kel-1/certificates/proofs/1.pdf"' in page
    proof = client.get("/cohorts/kel-1/certificates/proofs/1.pdf")
    assert (proof.status_code, proof.data[:5]) == (200, b"%PDF-")
    assert client.get("/cohorts/kel-1/certificates/proofs/99.pdf").status_code == 404
    world.programme.award = {}
    blocked = text(client.get("/cohorts/kel-1/certificates"))
    assert "does not say who issues" in blocked
    assert "Propose for approval" not in blocked


def test_the_officials_home_shows_who_studies_and_what_was_downloaded(world: World, app: Flask) -> None:
    world.enrol(NAMES[0])
    number = world.issued().certificates[0].number
    later = world.make_cohort(world.programme, "kel-2")
    world.enrol(("Оқушы Бір", "", ""), cohort=later, status=EnrolmentStatus.ENROLLED)
    world.enrol(("Бөтен Екі", "", ""), cohort=later, status=EnrolmentStatus.ENROLLED, organisation=world.other)
    official = world.actor(Role.OFFICIAL, scope=ScopeKind.ORGANISATION, scope_id=world.ministry.id)
    client = sign_in(app, official)
    assert client.get(f"/certificates/{number}.pdf").status_code == 200
    page = text(client.get("/"))
    assert "Оқушы Бір" in page
    assert "Бөтен Екі" not in page
    assert "1 person, 1 certificate." in page
    assert page.partition("Your downloads")[2].count("<li>") >= 1
