"""Every route × every role: the expected status is written down here, and a route that is not here fails.

The forms are sent empty and without their token's check, so that a 422 says "let in, and refused what was typed".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.accounts.queries import find_user, load_actor
from app.accounts.rules import Actor, Reach
from app.kernel import clock
from app.kernel.database import db
from app.kernel.partial_date import PartialDate
from app.kernel.unit import unit_of_work
from app.mail.models import Letter
from app.notices.models import Notice
from app.web.policy import policy_of
from certificates.models import Certificate
from certificates.services import propose
from certificates.services.waivers import waive
from cohorts.enums import EnrolmentStatus
from cohorts.models import Group
from cohorts.queries import enrolments, get_cohort, get_programme
from cohorts.roster.columns import read_roster
from cohorts.services import change_status, create_cohort, import_roster, keep_upload, start_cohort
from demo.accounts import PARTICIPANT
from demo.stage import FOLDER
from modules.models import CalendarFeed, Expert, Module, ModuleSession, Register
from projects.models import DefenceDay, Material
from tests.integration.mail.own import post_welcome
from tests.support.database import application
from tests.support.demonstration import Demonstration, demo_settings
from tests.support.visiting import signed_in

ROLES = ("nobody", "admin", "coordinator", "host", "official", "approver", "auditor", "participant", "assistant")
EVERYWHERE = Reach(everywhere=True)
BELOW = 11  # number on the running roster of somebody whose attendance is below the percentage

# method and path: the statuses in the order of ROLES
TABLE = """
GET  /                                                       302 200 200 200 200 200 200 302 302
GET  /approvals/                                             302 404 404 404 404 200 404 404 404
GET  /approvals/<key>/                                       302 404 404 404 404 200 404 404 404
POST /approvals/<key>/                                       302 404 404 404 404 422 404 404 404
POST /approvals/<key>/back                                   302 404 404 404 404 422 404 404 404
GET  /approvals/<key>/specimen.pdf                           302 404 404 404 404 200 404 404 404
GET  /calendar/<secret>.ics                                  200 200 200 200 200 200 200 200 200
GET  /calendars/                                             302 200 200 404 404 404 404 404 404
POST /calendars/                                             302 422 422 404 404 404 404 404 404
GET  /calendars/<country>                                    302 200 200 404 404 404 404 404 404
POST /calendars/<country>                                    302 422 422 404 404 404 404 404 404
POST /calendars/<country>/remove                             302 422 422 404 404 404 404 404 404
POST /calendars/<country>/year                               302 422 422 404 404 404 404 404 404
GET  /certificates/                                          302 404 200 404 200 200 200 404 404
GET  /certificates/<number>.pdf                              302 404 200 404 200 200 200 404 404
GET  /certificates/<number>/                                 302 404 200 404 200 200 200 404 404
GET  /certificates/<number>/annul                            302 404 404 404 404 200 404 404 404
POST /certificates/<number>/annul                            302 404 404 404 404 422 404 404 404
GET  /certificates/<number>/reissue                          302 404 404 404 404 200 404 404 404
POST /certificates/<number>/reissue                          302 404 404 404 404 422 404 404 404
POST /certificates/download                                  302 404 200 404 200 200 200 404 404
GET  /cohorts/<code>/                                        302 200 200 404 404 200 200 404 404
GET  /cohorts/<code>/announcements                           302 200 200 404 404 200 200 404 404
GET  /cohorts/<code>/announcements/<int:number>              302 200 200 404 404 200 200 404 404
POST /cohorts/<code>/announcements/<int:number>/remind       302 404 302 404 404 404 404 404 404
GET  /cohorts/<code>/announcements/new                       302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/announcements/new                       302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/attendance                              302 200 200 200 404 404 200 404 404
GET  /cohorts/<code>/attendance/<day>/<half>                 302 200 200 200 404 404 200 404 404
POST /cohorts/<code>/attendance/<day>/<half>                 302 404 302 302 404 404 404 404 404
GET  /cohorts/<code>/attendance/<day>/<half>/signing.pdf     302 200 200 200 404 404 200 404 404
GET  /cohorts/<code>/attendance/day                          302 302 302 302 404 404 302 404 404
GET  /cohorts/<code>/attendance/people/<int:number>          302 200 200 200 404 404 200 404 404
GET  /cohorts/<code>/attendance/register.xlsx                302 200 200 200 404 404 200 404 404
GET  /cohorts/<code>/attendance/session/<int:number>         302 200 200 200 404 404 200 404 404
POST /cohorts/<code>/attendance/session/<int:number>         302 404 302 302 404 404 404 404 404
GET  /cohorts/<code>/certificates                            302 404 200 404 404 200 200 404 404
POST /cohorts/<code>/certificates                            302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/certificates/<key>                      302 404 200 404 404 200 200 404 404
GET  /cohorts/<code>/certificates/proofs/<int:number>.pdf    302 404 200 404 404 200 200 404 404
GET  /cohorts/<code>/completion                              302 200 200 404 404 200 200 404 404
GET  /cohorts/<code>/completion/<int:number>                 302 200 200 404 404 200 200 404 404
POST /cohorts/<code>/completion/<int:number>                 302 404 422 404 404 404 404 404 404
POST /cohorts/<code>/completion/<int:number>/waivers/<int:key> 302 404 302 404 404 404 404 404 404
GET  /cohorts/<code>/completion/list.xlsx                    302 200 200 404 404 200 200 404 404
POST /cohorts/<code>/completion/rest                         302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/defences                                302 200 200 404 404 404 200 404 404
GET  /cohorts/<code>/defences/<int:number>                   302 200 200 404 404 404 200 404 404
GET  /cohorts/<code>/defences/<int:number>/close             302 404 302 404 404 404 404 404 404
POST /cohorts/<code>/defences/<int:number>/close             302 404 422 404 404 404 404 404 404
POST /cohorts/<code>/defences/<int:number>/delete            302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/defences/<int:number>/items/<int:key>   302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/defences/<int:number>/items/<int:key>   302 404 409 404 404 404 404 404 404
GET  /cohorts/<code>/defences/<int:number>/minutes-<any(kk,ru):language>.pdf 302 200 200 404 404 404 200 404 404
GET  /cohorts/<code>/defences/<int:number>/plan              302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/defences/<int:number>/plan              302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/defences/<int:number>/presence          302 404 302 404 404 404 404 404 404
POST /cohorts/<code>/defences/<int:number>/presence          302 404 409 404 404 404 404 404 404
GET  /cohorts/<code>/defences/commissions/<int:number>       302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/defences/commissions/<int:number>       302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/defences/commissions/new                302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/defences/commissions/new                302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/defences/new                            302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/defences/new                            302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/edit                                    302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/edit                                    302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/experts                                 302 200 200 404 404 404 200 404 404
GET  /cohorts/<code>/experts/<int:number>/edit               302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/experts/<int:number>/edit               302 404 422 404 404 404 404 404 404
POST /cohorts/<code>/experts/<int:number>/remove             302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/experts/add                             302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/experts/add                             302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/groups                                  302 200 200 404 404 404 200 404 404
POST /cohorts/<code>/groups                                  302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/groups/<int:number>                     302 200 200 404 404 404 200 404 404
POST /cohorts/<code>/groups/<int:number>                     302 404 409 404 404 404 404 404 404
GET  /cohorts/<code>/groups/<int:number>/materials/<int:version> 302 200 200 404 404 404 200 404 404
GET  /cohorts/<code>/groups/<int:number>/name                302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/groups/<int:number>/name                302 404 409 404 404 404 404 404 404
POST /cohorts/<code>/groups/<int:number>/remove              302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/groups/new                              302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/groups/new                              302 404 302 404 404 404 404 404 404
GET  /cohorts/<code>/groups/proposal                         302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/groups/proposal                         302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/import                                  302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/import                                  302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/import/<token>                          302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/import/<token>                          302 404 302 404 404 404 404 404 404
GET  /cohorts/<code>/import/<token>/report.xlsx              302 404 200 404 404 404 404 404 404
GET  /cohorts/<code>/import/sheet.xlsx                       302 404 200 404 404 404 404 404 404
GET  /cohorts/<code>/mail/                                   302 200 200 404 404 404 200 404 404
GET  /cohorts/<code>/mail/<int:number>/                      302 200 200 404 404 404 200 404 404
POST /cohorts/<code>/mail/<int:number>/again                 302 409 409 404 404 404 404 404 404
POST /cohorts/<code>/mail/<int:number>/back                  302 302 302 404 404 404 404 404 404
GET  /cohorts/<code>/mail/<int:number>/letter.<any(html,ics):kind> 302 200 200 404 404 404 200 404 404
GET  /cohorts/<code>/people                                  302 200 200 404 404 200 200 404 404
GET  /cohorts/<code>/people/<int:number>                     302 200 200 404 404 200 200 404 404
GET  /cohorts/<code>/people/<int:number>/name                302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/people/<int:number>/name                302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/people/mark                             302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/people/mark                             302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/schedule/                               302 200 200 200 404 404 200 404 404
POST /cohorts/<code>/schedule/<int:number>/cancel            302 404 422 404 404 404 404 404 404
POST /cohorts/<code>/schedule/<int:number>/delete            302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/schedule/<int:number>/edit              302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/schedule/<int:number>/edit              302 404 422 404 404 404 404 404 404
POST /cohorts/<code>/schedule/<int:number>/restore           302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/schedule/add                            302 404 200 200 404 404 404 404 404
POST /cohorts/<code>/schedule/add                            302 404 422 422 404 404 404 404 404
GET  /cohorts/<code>/schedule/conflicts                      302 200 200 200 404 404 200 404 404
POST /cohorts/<code>/schedule/conflicts/keep                 302 404 422 422 404 404 404 404 404
POST /cohorts/<code>/schedule/conflicts/reopen               302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/schedule/copy                           302 404 200 200 404 404 404 404 404
POST /cohorts/<code>/schedule/copy                           302 404 422 422 404 404 404 404 404
POST /cohorts/<code>/schedule/lay                            302 404 302 404 404 404 404 404 404
GET  /cohorts/<code>/schedule/online                         302 404 200 200 404 404 404 404 404
POST /cohorts/<code>/schedule/online                         302 404 422 422 404 404 404 404 404
GET  /cohorts/<code>/schedule/pattern                        302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/schedule/pattern                        302 404 422 404 404 404 404 404 404
GET  /cohorts/<code>/schedule/publish                        302 404 200 404 404 404 404 404 404
POST /cohorts/<code>/schedule/publish                        302 404 422 404 404 404 404 404 404
POST /cohorts/<code>/status                                  302 404 400 404 404 404 404 404 404
GET  /defences/                                              302 404 200 404 404 404 404 404 404
GET  /healthz                                                200 200 200 200 200 200 200 200 200
GET  /jobs/                                                  302 200 404 404 404 404 200 404 404
GET  /jobs/<int:number>/                                     302 200 404 404 404 404 200 404 404
POST /jobs/<int:number>/again                                302 409 404 404 404 404 404 404 404
POST /jobs/<int:number>/cancel                               302 409 404 404 404 404 404 404 404
GET  /login                                                  200 302 302 302 302 302 302 302 302
POST /login                                                  422 422 422 422 422 422 422 422 422
POST /logout                                                 302 302 302 302 302 302 302 302 302
GET  /mail/                                                  302 200 200 404 404 404 200 404 404
GET  /mail/<int:number>/                                     302 200 200 404 404 404 200 404 404
POST /mail/<int:number>/again                                302 409 409 404 404 404 404 404 404
POST /mail/<int:number>/back                                 302 302 302 404 404 404 404 404 404
GET  /mail/<int:number>/letter.<any(html,ics):kind>          302 200 200 404 404 404 200 404 404
GET  /me/                                                    302 404 404 404 404 404 404 200 200
POST /me/calendar                                            302 404 404 404 404 404 404 302 302
GET  /me/certificates/                                       302 404 404 404 404 404 404 200 404
GET  /me/certificates/<number>.pdf                           302 404 404 404 404 404 404 404 404
GET  /me/project                                             302 404 404 404 404 404 404 200 200
POST /me/project                                             302 404 404 404 404 404 404 422 404
GET  /me/project/materials/<int:key>                         302 404 404 404 404 404 404 200 404
POST /me/seen                                                302 404 404 404 404 404 404 302 302
GET  /my-module/                                             302 404 404 302 404 404 404 404 404
GET  /notices/                                               302 200 200 200 200 200 200 200 200
GET  /notices/<int:number>                                   302 404 404 404 404 404 404 200 200
GET  /notices/announcements/<int:number>                     302 404 404 404 404 404 404 302 302
GET  /notices/choices                                        302 200 200 200 200 200 200 200 200
POST /notices/choices                                        302 422 422 422 422 422 422 422 422
POST /notices/seen                                           302 400 400 400 400 400 400 400 400
GET  /password                                               302 200 200 200 200 200 200 200 200
POST /password                                               302 422 422 422 422 422 422 422 422
POST /preferences                                            302 302 302 302 302 302 302 302 302
GET  /programmes/                                            302 200 200 404 404 200 200 404 404
GET  /programmes/<code>/                                     302 200 200 404 404 200 200 404 404
GET  /programmes/<code>/cohorts/new                          302 404 200 404 404 404 404 404 404
POST /programmes/<code>/cohorts/new                          302 404 422 404 404 404 404 404 404
GET  /readyz                                                 503 503 503 503 503 503 503 503 503
GET  /static/<path:filename>                                 200 200 200 200 200 200 200 200 200
GET  /verify/                                                200 200 200 200 200 200 200 200 200
POST /verify/                                                422 422 422 422 422 422 422 422 422
GET  /verify/<code>                                          200 200 200 200 200 200 200 200 200
"""


@dataclass(frozen=True)
class World:
    """A demonstration with something in every state, and what to put into the addresses."""

    folder: Path
    places: dict[str, str]


def actor(session: Session, name: str) -> Actor:
    user = find_user(session, f"{name}@demo.example")
    assert user is not None
    found = load_actor(session, user.id, day=clock.day_of(clock.now()), lang="en")
    assert found is not None
    return found


def prepare(session: Session) -> dict[str, str]:
    """A cohort with a proposal that waits, and a roster that is not taken in yet."""
    now = datetime.now(UTC)
    coordinator = actor(session, "coordinator")
    cohort = create_cohort(
        session,
        programme=get_programme(session, EVERYWHERE, "kel-2024"),
        code="routes-1",
        starts_on=PartialDate(2024, 3, 4),
        ends_on=PartialDate(2024, 9, 6),
        actor=coordinator,
        now=now,
    )
    roster = read_roster((FOLDER / "rosters" / "kel-now.xlsx").read_bytes())
    import_roster(session, cohort=cohort, rows=roster.rows[:3], actor=coordinator, now=now)
    start_cohort(session, cohort=cohort, actor=coordinator, now=now)
    change_status(
        session,
        cohort=cohort,
        numbers=[row.number for row in enrolments(session, cohort.id)],
        status=EnrolmentStatus.COMPLETED,
        order_number="1",
        order_date=date(2024, 9, 6),
        actor=coordinator,
        now=now,
    )
    batch = propose(
        session,
        cohort=cohort,
        order_number="1",
        order_date=date(2024, 9, 6),
        issued_on=date(2024, 9, 6),
        handed_over_by=None,
        actor=coordinator,
        now=now,
    )
    upload = keep_upload(session, cohort=cohort, roster=roster, file_name="r.xlsx", actor=coordinator, now=now)
    # Of a module that is not the host coordinator's.
    second = Module.cohort.has(code="kel-now-1") & (Module.number == 2)
    meeting = session.scalars(select(ModuleSession).where(ModuleSession.module.has(second))).first()
    feed = session.scalars(select(CalendarFeed)).first()
    of_the_ministry = Certificate.cohort.has(code="eulp-2023-1")
    certificate = session.scalars(select(Certificate).where(of_the_ministry).order_by(Certificate.id)).first()
    assert meeting is not None
    assert feed is not None
    assert certificate is not None
    return {
        **running_places(session),
        "/cohorts/<code>/import/<token>": f"/cohorts/routes-1/import/{upload.token}",
        "/cohorts/<code>/certificates": "/cohorts/routes-1/certificates",
        "/cohorts/<code>": "/cohorts/kel-now-1",
        "/programmes/<code>": "/programmes/kel-now",
        "/certificates/<number>": f"/certificates/{certificate.number}",
        "/schedule/<int:number>": f"/schedule/{meeting.id}",
        "/verify/<code>": f"/verify/{certificate.code}",
        "<key>": batch.key,
        "<secret>": feed.secret,
        "<int:number>": "1",
        "<path:filename>": "app.css",
    }


def running_places(session: Session) -> dict[str, str]:
    """What there is in the running cohort: a register, an expert, a group, a sitting, a waiver."""
    cohort = get_cohort(session, EVERYWHERE, "kel-now-1")
    register = session.scalars(select(Register).where(Register.cohort_id == cohort.id).order_by(Register.id)).first()
    expert = session.scalars(select(Expert).where(Expert.cohort_id == cohort.id).order_by(Expert.id)).first()
    group = session.scalars(select(Group).where(Group.cohort_id == cohort.id).order_by(Group.id)).first()
    sitting = session.scalars(select(DefenceDay).where(DefenceDay.cohort_id == cohort.id)).first()
    handed_in = session.scalars(select(Material).where(Material.enrolment.has(number=PARTICIPANT))).one()
    assert register is not None
    assert expert is not None
    assert group is not None
    assert sitting is not None
    held = select(ModuleSession.id).where(ModuleSession.module_id == register.module_id)
    meeting = session.scalars(held.order_by(ModuleSession.starts_at)).first()
    missing = next(row for row in enrolments(session, cohort.id) if row.number == BELOW)
    given = {"condition": "attendance", "reason": "Illness", "document": "Certificate No. 1"}
    waiver = waive(session, enrolment=missing, **given, actor=actor(session, "coordinator"), now=datetime.now(UTC))
    post_welcome(session, scope=ScopeKind.COHORT, scope_id=cohort.id)
    letter = session.scalar(select(func.max(Letter.id)))
    notice = session.scalars(
        select(Notice).where(Notice.person_id == actor(session, "participant").person_id, Notice.announcement_id > 0)
    ).first()
    assert notice is not None
    return {
        "/announcements/<int:number>": f"/announcements/{notice.announcement_id}",
        "/notices/<int:number>": f"/notices/{notice.id}",
        "/attendance/<day>/<half>": f"/attendance/{register.day}/{register.half}",
        "/attendance/session/<int:number>": f"/attendance/session/{meeting}",
        "/experts/<int:number>": f"/experts/{expert.id}",
        "/groups/<int:number>/materials/<int:version>": f"/groups/{handed_in.project.group_id}/materials/1",
        "/materials/<int:key>": f"/materials/{handed_in.id}",
        "/groups/<int:number>": f"/groups/{group.id}",
        "/defences/commissions/<int:number>": f"/defences/commissions/{sitting.commission.number}",
        "/defences/<int:number>": f"/defences/{sitting.id}",
        "/items/<int:key>": f"/items/{sitting.slots[0].id}",
        "/completion/<int:number>/waivers/<int:key>": f"/completion/{BELOW}/waivers/{waiver.id}",
        "/mail/<int:number>": f"/mail/{letter}",
        "<any(kk,ru):language>": "kk",
        "<any(html,ics):kind>": "html",
        "<country>": "KZ",
    }


@pytest.fixture(scope="module")
def world(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = demonstration.copy(tmp_path_factory.mktemp("routes") / "demo")
    with application(demo_settings(folder)) as app, app.app_context(), unit_of_work() as session:
        return World(folder, prepare(session))


@pytest.fixture
def app(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application whose requests leave nothing behind, so that the order of the routes does not matter."""
    with application(demo_settings(world.folder)) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            monkeypatch.setattr(db.session, "commit", db.session.rollback)
        yield app


def routes(app: Flask) -> list[str]:
    """Each method and path of the application."""
    return sorted(
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


def expected() -> dict[str, dict[str, int]]:
    """The table: for each route the status that each role gets."""
    rows = (line.split() for line in TABLE.strip().splitlines())
    return {f"{row[0]} {row[1]}": dict(zip(ROLES, map(int, row[2:]), strict=True)) for row in rows}


def ask(app: Flask, world: World, route: str, role: str) -> int:
    """The status that a role gets for a route."""
    client = app.test_client()
    if role != "nobody":
        with app.app_context():
            found = actor(db.session(), role)
        client = signed_in(app, found.user_id, found.session_version)
    method, path = route.split()
    for place, value in world.places.items():
        path = path.replace(place, value)
    return client.open(path, method=method).status_code


def test_every_route_is_in_the_table_and_nothing_else(app: Flask) -> None:
    assert set(routes(app)) == set(expected())


def test_every_view_has_a_policy(app: Flask) -> None:
    without = [name for name, view in app.view_functions.items() if name != "static" and policy_of(view) is None]
    assert without == []


@pytest.mark.parametrize("role", ROLES)
def test_every_role_gets_what_the_table_says(app: Flask, world: World, role: str) -> None:
    got = {route: ask(app, world, route, role) for route in expected()}
    assert got == {route: statuses[role] for route, statuses in expected().items()}
