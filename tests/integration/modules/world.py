"""A small cohort for tests: three modules in two zones, people, and accounts of each role. No database of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import DelegatedArea, Role, ScopeKind
from app.accounts.models import Delegation, Grant, User
from app.accounts.queries import load_actor
from app.accounts.rules import Actor
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.organisations.enums import OrganisationKind
from app.organisations.services import ensure_organisation
from app.people.enums import NameForm
from app.people.rules import PersonalName
from app.people.services import create_person
from cohorts.enums import CohortStatus, EnrolmentStatus, ProgrammeKind
from cohorts.models import Cohort, Enrolment, Outline, Programme
from modules.enums import SessionKind
from modules.models import Module, ModuleSession
from modules.rules.facts import Facts
from modules.services import add_session, lay_modules
from tests.support.visiting import signed_in

HOME = ZoneInfo("Asia/Almaty")
DUBAI = "Asia/Dubai"
NOW = datetime(2026, 11, 24, 11, 36, tzinfo=UTC)  # 16:36 in Astana, a Tuesday
OUTLINE = {
    "modules": [
        {
            "number": 1,
            "title": {"kk": "Мемлекеттік саясат", "ru": "Государственная политика", "en": "Public policy"},
            "blocks": [{"mode": "online", "start": "2026-11-02", "end": "2026-12-04"}],
        },
        {
            "number": 2,
            "title": {"en": "Delivery"},
            "host": "host-school",
            "blocks": [
                {
                    "mode": "offline",
                    "start": "2026-12-07",
                    "end": "2026-12-11",
                    "city": {"kk": "Абу-Даби", "ru": "Абу-Даби", "en": "Abu Dhabi"},
                    "country": "AE",
                    "time_zone": DUBAI,
                }
            ],
        },
        {"number": 3, "blocks": [{"mode": "offline", "start": "2027-02"}]},
    ],
    "components": [{"kind": "defence"}],
}


@dataclass
class World:
    """What a test may ask for."""

    session: Session
    cohort: Cohort
    modules: list[Module]
    users: dict[str, User] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """An account as the services see it."""
        actor = load_actor(self.session, self.users[name].id, day=NOW.date(), lang="en")
        assert actor is not None
        return actor

    def add(self, title: str | Tri = "Ethics", **changes: object) -> ModuleSession:
        """A draft session; by default in module 1, today 18:00–19:30 by the clocks of Astana, online."""
        module = changes.pop("module", self.modules[0])
        assert isinstance(module, Module)
        facts = facts_at(title, **changes)
        return add_session(self.session, module=module, facts=facts, actor=self.actor("coordinator"), now=NOW)


def facts_at(title: str | Tri = "Ethics", **changes: object) -> Facts:
    """Facts of a session; see ``World.add``."""
    begin = datetime(2026, 11, 24, 18, 0, tzinfo=HOME)
    given: dict[str, object] = {
        "title": title if isinstance(title, Tri) else Tri(en=title),
        "starts_at": begin,
        "ends_at": begin + timedelta(minutes=90),
        "time_zone": "Asia/Almaty",
        "kind": SessionKind.LECTURE,
        "link": "https://meet.example.org/room",
        **changes,
    }
    return Facts(**given)  # type: ignore[arg-type]  # the tests' own keywords


def make_world(session: Session, *, code: str = "kel-1", lay: bool = True, people: int = 3) -> World:
    """Make the cohort with its people and accounts."""
    owner = ensure_organisation(
        session, name=Tri(en=f"Academy {code}"), kind=OrganisationKind.ACADEMY, code=f"academy-{code}"
    )
    ensure_organisation(session, name=Tri(en="Host school"), kind=OrganisationKind.UNIVERSITY, code="host-school")
    programme = Programme(
        code=f"programme-{code}",
        title=Tri(kk="Басқару", ru="Управление", en="Executive leadership"),
        kind=ProgrammeKind.EXECUTIVE_TRAINING,
        languages=[],
        completion_rule={},
        also_called=[],
        award={},
        owner=owner,
        sort_key="",
        outlines=[Outline(number=1, content=OUTLINE, created_at=NOW)],
    )
    cohort = Cohort(
        code=code,
        programme=programme,
        outline=programme.outlines[0],
        title=Tri(kk="Басқару 2026", ru="Управление 2026", en="Executive leadership 2026"),
        starts_on=PartialDate(2026, 11, 2),
        ends_on=PartialDate(2027, 2),
        time_zone="Asia/Almaty",
        completion_rule={},
        status=CohortStatus.RUNNING,
    )
    session.add(cohort)
    session.flush()
    modules = list(lay_modules(session, cohort=cohort, actor=None, now=NOW)) if lay else []
    world = World(session, cohort, modules)
    _enrol(world, people)
    _accounts(world)
    session.flush()
    return world


def _enrol(world: World, people: int) -> None:
    for number in range(1, people + 1):
        name = PersonalName("Сынақбаева", f"Әлия{number}")
        person = create_person(world.session, names={NameForm.KK: name})
        world.session.add(
            Enrolment(
                cohort=world.cohort,
                person=person,
                number=number,
                status=EnrolmentStatus.ENROLLED,
                enrolled_on=date(2026, 10, 1),
            )
        )
    world.session.flush()


def _accounts(world: World) -> None:
    cohort = world.cohort
    people = world.session.scalars(
        select(Enrolment.person_id).where(Enrolment.cohort_id == cohort.id).order_by(Enrolment.number)
    ).all()
    cohort_scope = (ScopeKind.COHORT, cohort.id)
    _user(world, "coordinator", Role.COORDINATOR, cohort_scope)
    _user(world, "admin", Role.ADMINISTRATOR, (ScopeKind.EVERYWHERE, None))
    _user(world, "auditor", Role.AUDITOR, (ScopeKind.EVERYWHERE, None))
    if world.modules:
        _user(world, "host", Role.HOST_COORDINATOR, (ScopeKind.MODULE, world.modules[1].id))
    _user(world, "participant", Role.PARTICIPANT, cohort_scope, person_id=people[0])
    _user(world, "colleague", Role.PARTICIPANT, cohort_scope, person_id=people[1])
    assistant = _user(world, "assistant", Role.ASSISTANT, cohort_scope)
    world.session.add(Delegation(person_id=people[0], user_id=assistant.id, area=DelegatedArea.SCHEDULE))
    world.session.flush()


def _user(
    world: World, name: str, role: Role, scope: tuple[ScopeKind, int | None], person_id: int | None = None
) -> User:
    email = f"{name}@{world.cohort.code}.example"
    user = User(
        email=email,
        identity=email,
        display_name=name.title(),
        password_hash="-",
        session_version=1,
        active=True,
        person_id=person_id,
        created_at=NOW,
        grants=[Grant(role=role, scope=scope[0], scope_id=scope[1])],
    )
    world.session.add(user)
    world.session.flush()
    world.users[name] = user
    return user


def sign_in(app: Flask, world: World, name: str, *, lang: str = "en") -> FlaskClient:
    """A client signed in as an account of the world."""
    user = world.users[name]
    return signed_in(app, user.id, user.session_version, lang=lang)


def titles(rows: Iterable[ModuleSession]) -> list[str | None]:
    """The English titles."""
    return [row.title.en for row in rows]
