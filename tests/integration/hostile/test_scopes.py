"""Nothing of programme 2 reaches whoever holds programme 1: no name, number, count, choice of a filter or file."""

import io
import zipfile
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import Role, ScopeKind
from app.accounts.models import Grant, User
from app.accounts.rules import Actor
from certificates.models import Batch, Certificate
from cohorts.models import Cohort
from tests.integration.certificates.making import World, sign_in

CANARY = "Канареев"  # in every text of programme 2
OURS = ("/programmes/kel/", "/cohorts/kel-1/", "/cohorts/kel-1/people", "/cohorts/kel-1/certificates")
LISTS = ("/", "/programmes/", "/certificates/", "/certificates/?q=", "/approvals/", *OURS)
OF_A_COHORT = (
    "edit", "attendance", "attendance/2024-01-15/am", "attendance/day", "attendance/people/1",
    "attendance/register.xlsx", "attendance/session/1", "groups", "groups/new", "groups/1", "groups/1/name",
    "groups/proposal", "defences",
    "defences/new", "defences/1", "defences/1/plan", "defences/1/items/1",
    "defences/1/minutes-kk.pdf", "defences/commissions/new", "defences/commissions/1", "completion", "completion/1",
    "completion/list.xlsx", "experts", "experts/add", "experts/1/edit", "schedule/copy", "schedule/online",
    "schedule/pattern", "schedule/conflicts",
)  # fmt: skip
SEARCHES = (
    f"/certificates/?q={CANARY.lower()}",  # in small letters: the page repeats what was looked for
    "/certificates/?programme=secret",
    "/certificates/?q=SEC-2024",
    f"/cohorts/kel-1/people?q={CANARY.lower()}",
)


@pytest.fixture
def world(app: Flask, session: Session) -> World:
    """Two programmes with issued certificates; everything of the second carries the canary."""
    app.config["WTF_CSRF_ENABLED"] = False
    world = World(session)
    world.many(3)
    world.issued()
    body = world.organisation("canary", f"{CANARY} министрлігі", f"Министерство {CANARY}", None)
    second = world.make_programme("secret", "SEC")
    title = second.title
    second.title = type(title)(kk=f"{CANARY} {title.kk}", ru=f"{CANARY} {title.ru}", en=f"{CANARY} {title.en}")
    cohort = world.make_cohort(second, "secret-1")
    cohort.title = second.title
    world.enrol((f"{CANARY} Бір", f"{CANARY} Один", "Kanareev One"), cohort=cohort, organisation=body)
    world.issued(cohort=cohort)
    world.enrol((f"{CANARY} Екі", f"{CANARY} Два", "Kanareev Two"), cohort=cohort, organisation=body)
    world.proposed(world.actor(Role.COORDINATOR, name="other-coordinator"), cohort=cohort)
    session.flush()
    return world


def holders(world: World) -> dict[str, Actor]:
    """Accounts that hold something of programme 1 and nothing of programme 2."""
    programme, cohort = world.programme.id, world.cohort.id
    scopes = {"programme": (ScopeKind.PROGRAMME, programme), "cohort": (ScopeKind.COHORT, cohort)}
    actors = {
        f"{role}-{name}": world.actor(role, scope=scope, scope_id=key, name=f"{role}-{name}")
        for role in (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR, Role.OFFICIAL)
        for name, (scope, key) in scopes.items()
    }
    actors["official-body"] = world.actor(
        Role.OFFICIAL, scope=ScopeKind.ORGANISATION, scope_id=world.ministry.id, name="official-body"
    )
    return actors


def foreign(session: Session) -> list[tuple[str, str]]:
    """Every address of programme 2's things."""
    batches = session.scalars(select(Batch).join(Batch.cohort).where(Cohort.code == "secret-1")).all()
    numbers = session.scalars(select(Certificate.number).where(Certificate.number.startswith("SEC"))).all()
    assert batches
    assert numbers
    pages = ["/programmes/secret/", "/programmes/secret/cohorts/new", "/cohorts/secret-1/", "/cohorts/secret-1/people"]
    pages += [f"/cohorts/secret-1/{rest}" for rest in ("people/1", "people/1/name", "people/mark?number=1", "import")]
    pages += [
        f"/cohorts/secret-1/{rest}" for rest in ("import/sheet.xlsx", "certificates", "schedule/", "schedule/add")
    ]
    pages += ["/cohorts/secret-1/certificates/proofs/1.pdf", "/cohorts/secret-1/schedule/publish"]
    pages += [f"/cohorts/secret-1/{rest}" for rest in OF_A_COHORT]
    for batch in batches:
        pages += [f"/approvals/{batch.key}/", f"/approvals/{batch.key}/specimen.pdf"]
        pages += [f"/cohorts/secret-1/certificates/{batch.key}", f"/cohorts/kel-1/certificates/{batch.key}"]
    for number in numbers:
        pages += [f"/certificates/{number}{rest}" for rest in ("/", ".pdf", "/annul", "/reissue")]
        pages.append(f"/me/certificates/{number}.pdf")
    acts = [page.partition("?")[0] for page in pages if not page.endswith((".pdf", ".xlsx"))]
    acts += [f"/approvals/{batch.key}/back" for batch in batches] + ["/cohorts/secret-1/status"]
    acts += [
        f"/cohorts/secret-1/{rest}"
        for rest in ("schedule/lay", "schedule/conflicts/keep", "completion/rest", "defences/1/close")
    ]
    acts += [f"/cohorts/secret-1/{rest}" for rest in ("groups/1/remove", "defences/1/delete", "completion/1/waivers/1")]
    return [("GET", page) for page in pages] + [("POST", act) for act in acts]


def test_nothing_of_another_programme_is_seen_or_done(app: Flask, session: Session, world: World) -> None:
    before = session.query(Certificate).count()
    things = foreign(session)
    for name, actor in holders(world).items():
        client = sign_in(app, actor)
        for page in (*LISTS, *SEARCHES):
            answer = client.get(page)
            text = answer.get_data(as_text=True)
            assert CANARY not in text, (name, page)
            assert "secret-1" not in text, (name, page)
        for method, address in things:
            answer = client.open(address, method=method, data={"status": "closed", "looked": "1", "note": "x"})
            assert answer.status_code in {404, 405}, (name, method, address, answer.status_code)
            assert CANARY not in answer.get_data(as_text=True)
    assert session.query(Certificate).count() == before


def test_downloads_hold_only_what_is_in_reach(app: Flask, session: Session, world: World) -> None:
    numbers = list(session.scalars(select(Certificate.number)))
    assert any(number.startswith("SEC") for number in numbers)
    client = sign_in(app, holders(world)["official-body"])
    for scope in ({"scope": "ticked", "number": numbers}, {"scope": "all"}, {"scope": "all", "programme": "secret"}):
        answer = client.post("/certificates/download", data={**scope, "as": "zip"})
        if answer.status_code == 422:
            assert CANARY not in answer.get_data(as_text=True)
            continue
        archive = zipfile.ZipFile(io.BytesIO(answer.data))
        assert not [name for name in archive.namelist() if CANARY in name or "SEC-" in name]
        [listed] = [name for name in archive.namelist() if name.endswith(".xlsx")]
        cells = zipfile.ZipFile(io.BytesIO(archive.read(listed))).read("xl/sharedStrings.xml").decode()
        assert CANARY not in cells
        assert "KEL-2024" in cells


def test_a_batch_is_not_shown_under_another_cohort(app: Flask, session: Session, world: World) -> None:
    coordinator = sign_in(app, world.actor(Role.COORDINATOR, name="everywhere"))
    [key] = session.scalars(select(Batch.key).join(Batch.cohort).where(Cohort.code == "kel-1"))
    assert coordinator.get(f"/cohorts/kel-1/certificates/{key}").status_code == 200
    assert coordinator.get(f"/cohorts/secret-1/certificates/{key}").status_code == 404


@pytest.mark.parametrize(("valid_from", "valid_to"), [(date(2020, 1, 1), date(2020, 12, 31)), (date(2999, 1, 1), None)])
def test_a_grant_counts_only_in_its_days(
    app: Flask, session: Session, world: World, valid_from: date, valid_to: date | None
) -> None:
    actor = world.actor(Role.COORDINATOR, name="timed")
    client = sign_in(app, actor)
    assert client.get("/cohorts/kel-1/").status_code == 200
    grant = session.scalars(select(Grant).where(Grant.user_id == actor.user_id)).one()
    grant.valid_from, grant.valid_to = valid_from, valid_to
    session.flush()
    assert client.get("/cohorts/kel-1/").status_code == 404


def test_a_closed_account_and_an_older_session_are_out_at_once(app: Flask, session: Session, world: World) -> None:
    clients: list[FlaskClient] = []
    for name in ("closed", "older"):
        actor = world.actor(Role.COORDINATOR, name=name)
        clients.append(sign_in(app, actor))
        user = session.get_one(User, actor.user_id)
        if name == "closed":
            user.active = False
        else:
            user.session_version += 1
    session.flush()
    for client in clients:
        answer = client.get("/cohorts/kel-1/")
        assert answer.status_code == 302
        assert answer.location.startswith("/login")
