"""Handing in by the page of the project, and reading what was handed in."""

import io
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.enums import DelegatedArea
from app.accounts.models import Delegation
from app.kernel.files.store import DiskStore
from cohorts.enums import CohortStatus
from cohorts.models import Enrolment
from projects.models import Material
from projects.services import close_minutes
from tests.integration.modules.reading import read, text_of
from tests.integration.modules.world import NOW
from tests.integration.projects.handing import DUE, PDF, expected, handed
from tests.integration.projects.reading import DEFENCES, GROUPS, Visit, soup
from tests.integration.projects.world import DAY, Stage, make_stage
from tests.support.office import office
from tests.support.pages import csrf_token, post
from tests.support.visiting import Statements

MINE = "/me/project"


def own_place(stage: Stage) -> int:
    """The place of the participant's group."""
    [first] = [row for row in stage.people() if row.number == 1]
    return next(place for place, group in enumerate(stage.groups) if group.id == first.group_id)


@pytest.fixture
def ready(stage: Stage) -> Stage:
    """Three groups, which are all expected to hand in by tomorrow."""
    stage.split(3)
    expected(stage, 0, 1, 2)
    return stage


@pytest.fixture
def store(app: Flask) -> DiskStore:
    """Where the application keeps files."""
    return DiskStore(app.extensions["settings"].DATA_DIR)


def send(client: FlaskClient, content: bytes, name: str = "Жоба.pdf", **query: str) -> TestResponse:
    """Hand in a file by the form."""
    return post(client, MINE, {"file": (io.BytesIO(content), name)}, query=query, content_type="multipart/form-data")


class TestHandingIn:
    def test_a_file_is_handed_in_listed_and_given_back(self, ready: Stage, visit: Visit, store: DiskStore) -> None:
        client = visit("participant")
        page = read(client, MINE)
        assert text_of(page, "#h-materials") == ["Materials"]
        assert "Hand in until the end of this day: Wednesday 25 November" in page.text
        assert send(client, PDF).location == MINE
        [row] = ready.session.scalars(select(Material))
        assert store.size(row.sha256) == len(PDF)
        page = read(client, MINE)
        assert text_of(page, "[role=status] p") == ["Handed in: version 1."]
        assert text_of(page, "section[aria-labelledby=h-materials] .lines li") == [
            "Жоба.pdf Version 1 · 24 Nov 2026, 16:36 · 1 KB · Сынақбаева Әлия1"
        ]
        answer = client.get(f"{MINE}/materials/{row.id}")
        assert (answer.status_code, answer.data, answer.mimetype) == (200, PDF, "application/pdf")
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=____.pdf; filename*=UTF-8''")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Cache-Control"] == "no-store"

    def test_a_double_click_is_one_version(self, ready: Stage, visit: Visit) -> None:
        client = visit("participant")
        for _ in range(2):
            assert send(client, PDF).status_code == 302
        assert text_of(read(client, MINE), "[role=status] p")[-1] == "Handed in: version 1."
        assert send(client, PDF + b"2").status_code == 302
        assert [row.number for row in ready.session.scalars(select(Material).order_by(Material.number))] == [1, 2]

    def test_after_the_last_day_it_is_late(self, ready: Stage, visit: Visit, at: object) -> None:
        assert callable(at)
        at(NOW + timedelta(days=2))
        client = visit("participant", lang="ru")
        page = read(client, MINE)
        assert "Срок прошёл" in page.text
        assert send(client, PDF).status_code == 302
        assert text_of(read(client, MINE), ".lines .tag") == ["с опозданием"]
        assert ready.session.scalars(select(Material.late)).one()

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (b"<html><script>alert(1)</script>", "report.pdf"),
            (b"<svg onload='alert(1)'/>", "picture.svg"),
            (office("docx", parts={f"word/media/{n}.bmp": b"\0" * 64 * 1024 * 1024 for n in range(5)}), "bomb.docx"),
            (b"", "empty.pdf"),
        ],
        ids=["html", "svg", "bomb", "empty"],
    )
    def test_another_kind_is_refused_in_one_sentence(
        self, ready: Stage, visit: Visit, store: DiskStore, content: bytes, name: str
    ) -> None:
        answer = send(visit("participant"), content, name)
        assert answer.status_code == 422
        page = soup(answer.data)
        assert text_of(page, ".esum h2") == ["The file was not handed in"]
        assert "is no PDF, PPTX, DOCX or XLSX" in text_of(page, ".esum li")[0]
        assert page.select_one("input[type=file]") is not None
        assert ready.session.scalars(select(Material)).all() == []
        assert not store.root.exists()

    def test_no_file_and_too_much_of_one(self, ready: Stage, visit: Visit) -> None:
        client = visit("participant")
        answer = post(client, MINE, {}, content_type="multipart/form-data")
        assert (answer.status_code, text_of(soup(answer.data), ".emsg")) == (422, ["Choose a file first."])
        answer = client.post(MINE, data=bytes(13 * 1024 * 1024 + 1), content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 413
        assert "materials of a project 12 MB" in answer.text
        assert ready.session.scalars(select(Material)).all() == []

    @pytest.mark.parametrize("name", ["../../../etc/cron.d/x", "..\\..\\x.exe", 'a"\r\nX-Evil: 1', "\u202efdp.exe"])
    def test_a_hostile_name_is_a_harmless_one(self, ready: Stage, visit: Visit, store: DiskStore, name: str) -> None:
        client = visit("participant")
        assert send(client, PDF, name).status_code == 302
        [row] = ready.session.scalars(select(Material))
        assert row.name.endswith(".pdf")
        assert not set('/\\"\r\n\u202e') & set(row.name)
        assert [path.name for path in store.root.rglob("*") if path.is_file()] == [row.sha256]
        headers = client.get(f"{MINE}/materials/{row.id}").headers
        assert "X-Evil" not in headers
        assert quote(row.name, safe="") in headers["Content-Disposition"].replace('"', "").replace(" ", "%20")

    def test_a_disk_that_is_full_is_said(
        self, ready: Stage, visit: Visit, store: DiskStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = visit("participant")

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as broken:
            broken.setattr("os.fsync", full)
            answer = send(client, PDF)
        assert "the disk is full" in text_of(soup(answer.data), ".esum li")[0]
        assert ready.session.scalars(select(Material)).all() == []
        assert [path for path in store.root.rglob("*") if path.is_file()] == []

    def test_a_file_that_is_gone_is_said(self, ready: Stage, visit: Visit, store: DiskStore) -> None:
        client = visit("participant")
        send(client, PDF)
        [row] = ready.session.scalars(select(Material))
        store.remove(row.sha256)
        answer = client.get(f"{MINE}/materials/{row.id}")
        assert answer.status_code == 503
        assert "missing or damaged on the disk" in answer.text

    def test_nothing_can_be_handed_in_before_and_after(self, stage: Stage, visit: Visit, store: DiskStore) -> None:
        stage.split(1)
        client = visit("participant")
        token = csrf_token(client)

        def refused() -> str:
            sent = {"file": (io.BytesIO(PDF), "a.pdf"), "csrf_token": token}
            answer = client.post(MINE, data=sent, content_type="multipart/form-data")
            assert answer.status_code == 422
            assert read(client, MINE).select("input[type=file]") == []
            return text_of(soup(answer.data), ".esum li")[0]

        assert "not published yet" in refused()
        sitting = expected(stage, 0)
        handed(stage, store.root.parent)
        stage.all_present(sitting)
        stage.decide(sitting.slots[0])
        later = NOW + timedelta(days=4)
        close_minutes(stage.session, sitting=sitting, number="1", on=sitting.day, actor=None, now=later)
        assert "minutes of your defence are closed" in refused()
        assert len(read(client, MINE).select("section[aria-labelledby=h-materials] .lines li")) == 1

    def test_what_is_refused_does_not_fill_the_disk(
        self, ready: Stage, visit: Visit, store: DiskStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("projects.services.materials.MOST_VERSIONS", 1)
        client = visit("participant")
        assert send(client, PDF).status_code == 302
        for number in b"234":
            answer = send(client, PDF + bytes([number]))
            assert (answer.status_code, "1 versions already" in answer.text) == (422, True)
        assert len([path for path in store.root.rglob("*") if path.is_file()]) == 1

    def test_in_a_closed_cohort_there_is_no_form(self, ready: Stage, visit: Visit, store: DiskStore) -> None:
        client = visit("participant")
        token = csrf_token(client)
        ready.cohort.status = CohortStatus.CLOSED
        ready.session.flush()
        assert read(client, MINE).select("input[type=file]") == []
        sent = {"file": (io.BytesIO(PDF), "a.pdf"), "csrf_token": token}
        answer = client.post(MINE, data=sent, content_type="multipart/form-data")
        assert (answer.status_code, "the cohort is closed" in answer.text) == (422, True)
        assert not store.root.exists()


class TestReach:
    def test_of_several_cohorts_the_one_that_is_asked_for(self, ready: Stage, visit: Visit, session: Session) -> None:
        other = make_stage(session, code="kel-2")
        other.split(1)
        row = session.scalars(select(Enrolment).where(Enrolment.cohort_id == other.cohort.id)).first()
        mine = next(one for one in ready.people() if one.number == 1)
        assert row is not None
        row.person_id = mine.person_id
        expected(other, 0)
        client = visit("participant")
        assert send(client, PDF, cohort="kel-2").location == f"{MINE}?cohort=kel-2"
        [made] = session.scalars(select(Material))
        assert made.enrolment_id == row.id
        assert send(client, PDF, cohort="kel-9").status_code == 404

    def test_files_of_other_groups_do_not_exist(self, ready: Stage, visit: Visit, store: DiskStore) -> None:
        place = own_place(ready)
        own = handed(ready, store.root.parent, place=place)
        other = handed(ready, store.root.parent, place=(place + 1) % 3)
        client = visit("participant")
        assert client.get(f"{MINE}/materials/{own.id}").status_code == 200
        assert client.get(f"{MINE}/materials/{other.id}").status_code == 404
        assert client.get(f"{MINE}/materials/999999").status_code == 404
        group = ready.groups[place]
        assert client.get(f"{GROUPS}/{group.id}/materials/1").status_code == 404
        for name in ("coordinator", "auditor"):
            staff = visit(name)
            assert staff.get(f"{GROUPS}/{group.id}/materials/1").data == PDF
            assert staff.get(f"{GROUPS}/{group.id}/materials/2").status_code == 404
            assert staff.get(f"/cohorts/kel-2/groups/{group.id}/materials/1").status_code == 404
            assert staff.get(f"{MINE}/materials/{own.id}").status_code == 404

    def test_groups_of_another_cohort_do_not_exist(self, ready: Stage, visit: Visit, store: DiskStore) -> None:
        other = make_stage(ready.session, code="kel-2")
        other.split(1)
        expected(other, 0)
        handed(other, store.root.parent)
        client = visit("coordinator")
        for code in ("kel-1", "kel-2"):
            assert client.get(f"/cohorts/{code}/groups/{other.groups[0].id}/materials/1").status_code == 404

    def test_an_assistant_reads_and_does_not_hand_in(self, ready: Stage, visit: Visit, store: DiskStore) -> None:
        place = own_place(ready)
        own = handed(ready, store.root.parent, place=place)
        other = handed(ready, store.root.parent, place=(place + 1) % 3)
        client = visit("assistant")
        assert client.get(f"{MINE}/materials/{own.id}").status_code == 404
        person_id, assistant = ready.world.users["participant"].person_id, ready.world.users["assistant"]
        assert person_id is not None
        ready.session.add(Delegation(person_id=person_id, user_id=assistant.id, area=DelegatedArea.PROJECT))
        ready.session.flush()
        page = read(client, MINE)
        assert len(page.select("section[aria-labelledby=h-materials] .lines li")) == 1
        assert page.select("input[type=file]") == []
        assert client.get(f"{MINE}/materials/{own.id}").data == PDF
        assert client.get(f"{MINE}/materials/{other.id}").status_code == 404
        token = csrf_token(client)
        sent = {"file": (io.BytesIO(PDF), "a.pdf"), "csrf_token": token}
        assert client.post(MINE, data=sent, content_type="multipart/form-data").status_code == 404

    def test_who_is_no_participant_hands_in_nothing(self, ready: Stage, visit: Visit) -> None:
        assert ready.groups
        client = visit("coordinator")
        assert client.post(MINE, data={"csrf_token": csrf_token(client)}).status_code == 404


class TestStaff:
    def test_the_group_lists_versions_and_the_day_its_groups(
        self, ready: Stage, visit: Visit, store: DiskStore, at: object
    ) -> None:
        assert callable(at)
        client = visit("coordinator")
        group = ready.groups[0]
        assert "Nothing was handed in yet." in read(client, f"{GROUPS}/{group.id}").text
        handed(ready, store.root.parent)
        handed(ready, store.root.parent, PDF + b"2", now=NOW + timedelta(days=2))
        page = read(client, f"{GROUPS}/{group.id}")
        lines = text_of(page, "section[aria-labelledby=h-materials] li")
        assert [line.partition(" · ")[0] for line in lines] == ["Жоба.pdf late Version 2", "Жоба.pdf Version 1"]
        assert page.select_one("section[aria-labelledby=h-materials] a")["href"] == f"{GROUPS}/{group.id}/materials/2"  # type: ignore[index]  # it was found above
        slot = ready.project(0)
        day = read(client, f"{DEFENCES}").select_one("tbody a")
        assert day is not None
        page = read(client, str(day["href"]))
        lines = text_of(page, "section[aria-labelledby=h-materials] li")
        assert len(lines) == 3
        assert sum("nothing handed in yet" in line for line in lines) == 2
        assert "Until the end of this day: Wednesday 25 November" in page.text
        assert slot.group_id == group.id

    def test_the_last_day_is_typed_with_the_day(self, stage: Stage, visit: Visit) -> None:
        stage.split(1)
        sitting = stage.sitting(0, day=DAY)
        client = visit("coordinator")
        path = f"{DEFENCES}/{sitting.id}/plan"
        page = read(client, path)
        typed = {str(box["name"]): str(box.get("value", "")) for box in page.select("main form.stack input[name]")}
        chosen = page.select("main form.stack select option[selected]")
        typed |= {"commission": str(chosen[0]["value"]), "module": str(chosen[1]["value"])}
        refused = client.post(path, data={**typed, "materials_due_on": DUE.isoformat()})
        assert refused.status_code == 422
        assert "on 23.11.2026 at the latest" in text_of(soup(refused.data), ".esum li")[0]
        typed["materials_due_on"] = DAY.isoformat()
        assert client.post(path, data=typed).status_code == 302
        stage.session.refresh(sitting)
        assert sitting.materials_due_on == DAY
        box = read(client, path).select_one("input[name=materials_due_on]")
        assert box is not None
        assert box["value"] == DAY.isoformat()


@pytest.mark.parametrize("path", [MINE, f"{GROUPS}/{{group}}", f"{DEFENCES}/{{sitting}}"])
def test_the_number_of_statements_does_not_grow(
    stage: Stage, visit: Visit, store: DiskStore, statements: Statements, path: str
) -> None:
    stage.split(1)
    sitting = expected(stage, 0)
    client = visit("participant" if path == MINE else "coordinator")
    counts = []
    for number in (1, 3):
        handed(stage, store.root.parent, PDF + bytes([number]))
        if number == 3:
            handed(stage, store.root.parent, PDF + b"x")
        address = path.format(group=stage.groups[0].id, sitting=sitting.id)
        read(client, address)
        with statements() as sent:
            page = read(client, address)
        assert len(page.select("section[aria-labelledby=h-materials] .lines li")) == (
            1 if "defences" in path else number
        )
        counts.append(len(sent))
    assert counts[0] == counts[1]
