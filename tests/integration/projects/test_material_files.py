"""The files that groups hand in: who had them is in the audit, and the largest fits."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.enums import DelegatedArea
from app.accounts.models import Delegation
from app.audit.models import AuditEntry
from app.kernel.files.store import DiskStore
from projects.models import Material
from tests.integration.modules.reading import text_of
from tests.integration.projects.handing import LIMIT, PDF, expected, handed
from tests.integration.projects.reading import GROUPS, Visit, soup
from tests.integration.projects.world import Stage
from tests.support.pages import csrf_token

MINE = "/me/project"


@pytest.fixture
def ready(stage: Stage) -> Stage:
    """A group, which is expected to hand in."""
    stage.split(1)
    expected(stage, 0)
    return stage


@pytest.fixture
def store(app: Flask) -> DiskStore:
    """Where the application keeps files."""
    return DiskStore(app.extensions["settings"].DATA_DIR)


def send(client: FlaskClient, size: int) -> TestResponse:
    """Hand in a PDF of so many bytes, from the page; written by hand, as the client's own large files stay open."""
    token = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{csrf_token(client)}\r\n'
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    body = f"{token}{head}".encode() + PDF.ljust(size, b"\0") + b"\r\n--x--\r\n"
    referer = {"Referer": f"http://localhost{MINE}"}
    return client.post(MINE, data=body, content_type="multipart/form-data; boundary=x", headers=referer)


def downloads(session: Session) -> list[AuditEntry]:
    wanted = select(AuditEntry).where(AuditEntry.act == "projects.material_downloaded").order_by(AuditEntry.id)
    return list(session.scalars(wanted))


def test_whoever_gets_a_file_is_in_the_audit(ready: Stage, visit: Visit, store: DiskStore) -> None:
    made, users, session = handed(ready, store.root.parent), ready.world.users, ready.session
    person_id = users["participant"].person_id
    assert person_id
    delegation = Delegation(person_id=person_id, user_id=users["assistant"].id, area=DelegatedArea.PROJECT)
    session.add(delegation)
    session.flush()
    number = made.id
    for name, path in (
        ("participant", f"{MINE}/materials/{number}"),
        ("assistant", f"{MINE}/materials/{number}"),
        ("auditor", f"{GROUPS}/{ready.groups[0].id}/materials/1"),
    ):
        assert visit(name).get(path).status_code == 200
    assert [(entry.actor_id, entry.for_person_id, entry.subject_id) for entry in downloads(session)] == [
        (users["participant"].id, None, number),
        (users["assistant"].id, person_id, number),
        (users["auditor"].id, None, number),
    ]
    assert downloads(session)[0].detail == {"project": made.project_id, "number": 1}


def test_what_was_not_handed_out_is_not_in_the_audit(ready: Stage, visit: Visit, store: DiskStore) -> None:
    made = handed(ready, store.root.parent)
    store.remove(made.sha256)
    client = visit("coordinator")
    assert client.get(f"{GROUPS}/{ready.groups[0].id}/materials/1").status_code == 503
    assert client.get(f"{GROUPS}/{ready.groups[0].id}/materials/2").status_code == 404
    assert downloads(ready.session) == []


def test_the_largest_file_fits_and_a_larger_one_is_refused_by_its_form(ready: Stage, visit: Visit) -> None:
    client = visit("participant")
    assert send(client, LIMIT).status_code == 302
    assert ready.session.scalars(select(Material.size)).all() == [LIMIT]
    answer = send(client, LIMIT + 1)
    assert answer.status_code == 422
    assert text_of(soup(answer.data), ".emsg") == [
        "The file was not taken in: it is larger than 12 MB. Send a smaller one."
    ]


@pytest.mark.parametrize(
    ("lang", "says", "back"),
    [
        ("kk", "жоба материалдары 12 МБ-тан аспайды", "Бетті қайта ашу"),
        ("ru", "материалы проекта не больше 12 МБ", "Открыть страницу заново"),
        ("en", "materials of a project 12 MB", "Open the page again"),
    ],
)
def test_far_too_large_the_page_says_what_fits_and_leads_back(
    ready: Stage, visit: Visit, lang: str, says: str, back: str
) -> None:
    answer = send(visit("participant", lang=lang), LIMIT + 1024 * 1024)
    assert answer.status_code == 413
    page = soup(answer.data)
    assert says in text_of(page, ".lead")[0]
    [link] = [link for link in page.select(".links a") if link.get_text() == back]
    assert link["href"] == MINE
    assert ready.session.scalars(select(Material)).all() == []
