"""The register shows each reader what is theirs and nothing else, in lists, counts, files and addresses."""

import io
import re
import zipfile
from datetime import date

import openpyxl
import pypdf
import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.enums import Role, ScopeKind
from app.accounts.rules import Actor
from app.audit.models import AuditEntry
from app.organisations.services import succeed
from certificates import rules
from certificates.models import Certificate
from certificates.services import annul
from tests.integration.certificates.making import NAMES, NOW, World, sign_in

CANARY = "Канарейка"


def numbers_in(page: str) -> set[str]:
    return set(re.findall(r"[A-Z]+-20\d\d-\d{6}", page))


@pytest.fixture
def filled(world: World) -> World:
    """The ministry's people in one cohort, the canaries of another ministry in the same and in another programme."""
    world.enrol(*NAMES[:3])
    world.enrol((f"{CANARY} Бір", "", ""), organisation=world.other)
    world.issued()
    canaries = world.make_programme("canary", "CAN")
    cohort = world.make_cohort(canaries, "canary-1")
    world.enrol((f"{CANARY} Екі", "", ""), (f"{CANARY} Үш", "", ""), cohort=cohort, organisation=world.other)
    world.issued(cohort=cohort)
    return world


def official_of(world: World, organisation_id: int, name: str = "official") -> Actor:
    return world.actor(Role.OFFICIAL, scope=ScopeKind.ORGANISATION, scope_id=organisation_id, name=name)


def test_an_official_sees_the_own_remit_only(filled: World, app: Flask) -> None:
    client = sign_in(app, official_of(filled, filled.ministry.id))
    for address in ("/certificates/", "/certificates/?q=канарейка", "/certificates/?programme=canary", "/"):
        page = client.get(address).get_data(as_text=True)
        assert CANARY not in page
        assert "canary" not in re.sub(r'(value|action|href)="[^"]*"', "", page)
        assert not {number for number in numbers_in(page) if number.startswith("CAN")}
    assert len(numbers_in(client.get("/certificates/").get_data(as_text=True))) == 3
    assert "3 people, 3 certificates" in client.get("/").get_data(as_text=True)


def test_every_number_of_another_remit_is_not_there(filled: World, app: Flask) -> None:
    client = sign_in(app, official_of(filled, filled.ministry.id))
    mine = numbers_in(client.get("/certificates/").get_data(as_text=True))
    everything = set(filled.session.scalars(select(Certificate.number)))
    assert len(everything) == 6
    for number in everything:
        expected = 200 if number in mine else 404
        assert client.get(f"/certificates/{number}/").status_code == expected
        assert client.get(f"/certificates/{number}.pdf").status_code == expected
        assert client.get(f"/me/certificates/{number}.pdf").status_code == 404
        assert client.get(f"/certificates/{number}/annul").status_code == 404
        assert client.post(f"/certificates/{number}/reissue").status_code == 404


def test_what_others_have_cannot_be_taken_with_a_form(filled: World, app: Flask) -> None:
    client = sign_in(app, official_of(filled, filled.ministry.id))
    everything = list(filled.session.scalars(select(Certificate.number)))
    for form in ("zip", "xlsx", "pdf"):
        answer = client.post("/certificates/download", data={"scope": "ticked", "as": form, "number": everything})
        assert answer.status_code == 200
        if form == "zip":
            with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
                assert len(archive.namelist()) == 4
                assert CANARY not in " ".join(archive.namelist())
        elif form == "pdf":
            assert len(pypdf.PdfReader(io.BytesIO(answer.data)).pages) == 3
        else:
            sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
            assert sheet is not None
            assert sheet.max_row == 4
            assert CANARY not in str(list(sheet.values))
    foreign = [number for number in everything if number.startswith("CAN")]
    answer = client.post("/certificates/download", data={"scope": "ticked", "as": "zip", "number": foreign})
    assert answer.status_code == 422


def test_the_remit_includes_predecessors_and_commissioned_programmes(filled: World, app: Flask) -> None:
    successor = filled.organisation("successor", "Мұрагер министрлігі", None, None)
    agency = filled.organisation("agency", "Тапсырыс беруші агенттік", None, None)
    succeed(filled.session, predecessor=filled.ministry, successor=successor, on=date(2025, 1, 1))
    filled.programme.commissioner_id = agency.id
    heir = sign_in(app, official_of(filled, successor.id, "heir"))
    assert len(numbers_in(heir.get("/certificates/").get_data(as_text=True))) == 3
    commissioner = sign_in(app, official_of(filled, agency.id, "commissioner"))
    page = commissioner.get("/certificates/").get_data(as_text=True)
    assert {number[:3] for number in numbers_in(page)} == {"KEL"}
    assert len(numbers_in(page)) == 4


def test_staff_see_their_programmes_and_auditors_everything(filled: World, app: Flask) -> None:
    narrow = filled.actor(Role.COORDINATOR, scope=ScopeKind.PROGRAMME, scope_id=filled.programme.id, name="narrow")
    client = sign_in(app, narrow)
    page = client.get("/certificates/").get_data(as_text=True)
    assert {number[:3] for number in numbers_in(page)} == {"KEL"}
    assert client.get("/cohorts/canary-1/certificates").status_code == 404
    auditor = sign_in(app, filled.actor(Role.AUDITOR, name="auditor"))
    assert len(numbers_in(auditor.get("/certificates/").get_data(as_text=True))) == 6
    assert auditor.get("/cohorts/kel-1/certificates").status_code == 200
    assert auditor.post("/cohorts/kel-1/certificates", data={}).status_code == 404
    administrator = sign_in(app, filled.actor(Role.ADMINISTRATOR, name="administrator"))
    assert administrator.get("/certificates/").status_code == 404


def test_a_participant_gets_their_own_and_nothing_else(filled: World, app: Flask) -> None:
    first = filled.session.scalars(select(Certificate).order_by(Certificate.id)).first()
    assert first is not None
    participant = filled.actor(Role.PARTICIPANT, name="me", person_id=first.person_id)
    client = sign_in(app, participant)
    page = client.get("/me/certificates/").get_data(as_text=True)
    assert numbers_in(page) == {first.number}
    answer = client.get(f"/me/certificates/{first.number}.pdf")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert client.get("/certificates/").status_code == 404
    assert client.get(f"/certificates/{first.number}.pdf").status_code == 404
    for number in filled.session.scalars(select(Certificate.number).where(Certificate.id != first.id)):
        assert client.get(f"/me/certificates/{number}.pdf").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=улгибеков", 1),
        ("q=Қиялбаева+Айгерім", 1),
        ("q=айгерим", 1),
        ("q=kel-2024-000002", 1),
        ("q=000002", 2),
        ("q=%25", 6),
        ("q=zzz", 0),
        ("programme=canary", 2),
        ("status=annulled", 0),
        ("status=nonsense", 6),
        ("year=2024", 6),
        ("year=1999", 0),
        ("year=99999999999", 6),
        ("organisation=-1", 6),
        ("page=99", 6),
        ("page=x", 6),
    ],
)
def test_filters_find_what_is_meant(filled: World, app: Flask, query: str, found: int) -> None:
    client = sign_in(app, filled.actor(Role.AUDITOR))
    page = client.get(f"/certificates/?{query}")
    assert page.status_code == 200
    results = page.get_data(as_text=True).partition('id="results"')[2]
    assert len(numbers_in(results)) == found


def test_downloads_are_named_to_be_filed_and_written_to_the_audit(filled: World, app: Flask) -> None:
    client = sign_in(app, filled.actor(Role.AUDITOR))
    answer = client.get("/certificates/KEL-2024-000001.pdf")
    assert "filename*=UTF-8''KEL-2024-000001%20" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(client.post("/certificates/download", data={"as": "zip"}).data)) as archive:
        names = archive.namelist()
        assert len(set(names)) == 7
        assert names[0].endswith(".xlsx")
        assert all(archive.read(name)[:5] == b"%PDF-" for name in names[1:])
    rows = filled.session.scalars(select(AuditEntry).where(AuditEntry.act == "certificates.downloaded")).all()
    assert [(row.detail["form"], row.detail["count"]) for row in rows] == [("pdf", 1), ("zip", 6)]


def test_annulled_ones_stay_out_of_files_and_the_page_says_so(filled: World, app: Flask) -> None:
    certificate = filled.session.scalars(select(Certificate).where(Certificate.number == "KEL-2024-000001")).one()
    annul(filled.session, certificate=certificate, reason="=wrong", actor=filled.actor(Role.APPROVER), now=NOW)
    client = sign_in(app, filled.actor(Role.AUDITOR))
    assert "1 that is not valid any more stays out" in client.get("/certificates/").get_data(as_text=True)
    with zipfile.ZipFile(io.BytesIO(client.post("/certificates/download", data={"as": "zip"}).data)) as archive:
        assert not [name for name in archive.namelist() if "KEL-2024-000001" in name]
        sheet = openpyxl.load_workbook(io.BytesIO(archive.read(archive.namelist()[0]))).active
    assert sheet is not None
    assert sheet.max_row == 7
    assert client.get("/certificates/KEL-2024-000001.pdf").status_code == 422
    only = client.post("/certificates/download", data={"scope": "ticked", "number": "KEL-2024-000001", "as": "zip"})
    assert only.status_code == 422
    assert "none of these certificates is valid" in only.get_data(as_text=True)


def test_nothing_ticked_and_too_many_are_one_sentence(
    filled: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(app, filled.actor(Role.AUDITOR))
    nothing = client.post("/certificates/download", data={"scope": "ticked", "as": "zip"})
    assert (nothing.status_code, "no certificate is ticked" in nothing.get_data(as_text=True)) == (422, True)
    monkeypatch.setattr("certificates.views.handing.MOST_FILES", 2)
    many = client.post("/certificates/download", data={"as": "zip"})
    assert (many.status_code, "6 certificates are too many" in many.get_data(as_text=True)) == (422, True)
    assert rules.MOST_FILES == 500
