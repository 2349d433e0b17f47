"""A cohort with groups, experts and a commission, ready to defend projects. No database of its own."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.kernel.tri import Tri
from app.organisations.enums import OrganisationKind
from app.organisations.services import ensure_organisation
from app.people.enums import NameForm
from app.people.rules import split_full_name
from app.people.services import create_person
from cohorts.models import Cohort, Enrolment, Group
from modules.models import Expert
from projects.enums import Duty, Outcome, Presence
from projects.models import Commission, DefenceDay, DefenceSlot, Project
from projects.queries.groups import people_of
from projects.services import (
    change_project,
    close_minutes,
    decide,
    ensure_project,
    groups_at_random,
    mark_presence,
    plan_sitting,
    set_commission,
)
from tests.integration.modules.world import NOW, World, make_world

DAY = date(2026, 11, 23)  # yesterday, within module 1
NINE = time(9, 0)
NAMES = ("Құрбанғалиева Ғазиза Әбдімүтәліпқызы", "Һауалиев Өмірзақ", "Іздеубаева Гауһар", "бин Тестул Халид")


@dataclass
class Stage:
    """What a test may ask for."""

    world: World
    experts: list[Expert] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    @property
    def session(self) -> Session:
        """The test's database session."""
        return self.world.session

    @property
    def cohort(self) -> Cohort:
        """The cohort."""
        return self.world.cohort

    @property
    def actor(self) -> Actor:
        """The coordinator."""
        return self.world.actor("coordinator")

    def people(self) -> list[Enrolment]:
        """Everybody in the order of the list."""
        return sorted(people_of(self.session, self.cohort.id), key=lambda row: row.number)

    def expert(
        self, name: str, office: str = "Office", *, organisation: str = "", country: str | None = "KZ"
    ) -> Expert:
        """Somebody from outside; "" as the name: the office alone is known."""
        person = create_person(self.session, names={NameForm.KK: split_full_name(name)}) if name else None
        expert = Expert(
            cohort_id=self.cohort.id,
            person=person,
            office=Tri(kk=f"{office} (қаз.)", ru=office, en=office),
            organisation=Tri(en=organisation) if organisation else None,
            country=country,
        )
        self.session.add(expert)
        self.session.flush()
        self.experts.append(expert)
        return expert

    def split(self, count: int, seed: int = 7) -> list[Group]:
        """Deal everybody into groups with a project each."""
        self.groups = groups_at_random(
            self.session, cohort=self.cohort, count=count, seed=seed, actor=self.actor, now=NOW
        )
        for group in self.groups:
            title = Tri(kk=f"Жоба {group.label}", ru=f"Проект {group.label}", en=f"Project {group.label}")
            change_project(self.session, group=group, title=title, mentors=[], version=None, actor=self.actor, now=NOW)
        return self.groups

    def project(self, place: int) -> Project:
        """The project of a group."""
        return ensure_project(self.session, group=self.groups[place])

    def commission(self, *, quorum: int | None = None) -> Commission:
        """Chair, two members and a secretary."""
        if not self.experts:
            for name in NAMES:
                self.expert(name)
        duties = (Duty.CHAIR, Duty.MEMBER, Duty.MEMBER, Duty.SECRETARY)
        members = [(expert.id, duty) for expert, duty in zip(self.experts, duties, strict=False)]
        return set_commission(
            self.session,
            cohort=self.cohort,
            number=None,
            members=members,
            quorum=quorum,
            version=None,
            actor=self.actor,
            now=NOW,
        )

    def sitting(
        self, *places: int, day: date = DAY, commission: Commission | None = None, materials_due_on: date | None = None
    ) -> DefenceDay:
        """A planned day for the projects of some groups."""
        return plan_sitting(
            self.session,
            commission=commission or self.commission(),
            module=self.world.modules[0],
            day=day,
            start=NINE,
            minutes=40,
            project_ids=[self.project(place).id for place in places],
            rooms=("305",),
            materials_due_on=materials_due_on,
            actor=self.actor,
            now=NOW,
        )

    def all_present(self, sitting: DefenceDay) -> None:
        """Everybody is in the room."""
        presence = {member.id: Presence.ROOM for member in sitting.commission.members}
        mark_presence(self.session, sitting=sitting, presence=presence, actor=self.actor, now=NOW)

    def decide(self, slot: DefenceSlot, outcome: Outcome | None = Outcome.ACCEPTED, **more: object) -> DefenceSlot:
        """Write a decision."""
        given: dict[str, object] = {} if outcome == Outcome.NOT_SUBMITTED else {"votes": (3, 0, 0)}
        given.update(more)
        return decide(self.session, slot=slot, outcome=outcome, actor=self.actor, now=NOW, **given)  # type: ignore[arg-type]  # the tests' own keywords

    def held(self, *outcomes: Outcome, number: str = "1", day: date = DAY) -> DefenceDay:
        """A day whose minutes are closed: the first groups with these outcomes."""
        sitting = self.sitting(*range(len(outcomes)), day=day)
        self.all_present(sitting)
        for slot, outcome in zip(sitting.slots, outcomes, strict=True):
            self.decide(slot, outcome)
        return close_minutes(self.session, sitting=sitting, number=number, on=day, actor=self.actor, now=NOW)


def make_stage(session: Session, *, people: int = 9, code: str = "kel-1") -> Stage:
    """The cohort of the schedule's tests, with people of three organisations."""
    stage = Stage(make_world(session, code=code, people=people))
    bodies = [
        ensure_organisation(session, name=Tri(en=name), kind=OrganisationKind.UNIVERSITY, code=f"{name.lower()}-{code}")
        for name in ("Altai", "Burabay", "Caspian")
    ]
    for row in session.scalars(select(Enrolment).where(Enrolment.cohort_id == stage.cohort.id)):
        row.organisation = bodies[row.number % 3]
    session.flush()
    return stage


def score(text: str) -> Decimal:
    """A score."""
    return Decimal(text)


def at_noon(day: date) -> datetime:
    """Noon in Astana."""
    return datetime.combine(day, time(7, 0), tzinfo=NOW.tzinfo)
