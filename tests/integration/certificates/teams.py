"""Twelve universities with twenty-five people who defend their plans before a commission: made by the services."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from app.accounts.enums import Role
from app.accounts.rules import Actor
from app.kernel.tri import Tri
from app.organisations.enums import OrganisationKind
from app.organisations.services import ensure_organisation
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment, Group
from modules.enums import AttendanceState as State
from modules.enums import Half
from modules.models import Module
from modules.rules.attendance import Marking, Slot
from modules.services import lay_modules
from modules.services.attendance import save_register
from modules.services.experts import add_expert
from projects.enums import Duty, Outcome, Presence
from projects.models import Commission, DefenceDay
from projects.services.commissions import set_commission
from projects.services.groups import groups_by_organisation
from projects.services.minutes import close_minutes, decide, mark_presence
from projects.services.projects import ensure_project
from projects.services.sittings import plan_sitting
from tests.integration.certificates.making import NOW, World

DEFENCE = {
    "kind": "defence",
    "unit": "organisation",
    "title": {"kk": "университеттің даму жоспары", "ru": "план развития университета", "en": "the development plan"},
}
ATTENDANCE = {"kind": "attendance", "at_least": 80}
DAY = date(2024, 6, 20)
CONTENT = {"modules": [{"number": 1, "blocks": [{"mode": "offline", "start": "2024-01-15", "end": "2024-06-28"}]}]}


@dataclass
class Teams:
    """A cohort whose rule asks for an accepted plan of each university."""

    world: World
    count: int = 12
    people: int = 25
    conditions: tuple[dict[str, Any], ...] = (DEFENCE,)
    code: str = "um-1"
    cohort: Cohort = field(init=False)
    module: Module = field(init=False)
    commission: Commission = field(init=False)
    enrolments: list[Enrolment] = field(init=False)
    groups: list[Group] = field(init=False)
    coordinator: Actor = field(init=False)
    approver: Actor = field(init=False)

    def __post_init__(self) -> None:
        session, world, rule = self.world.session, self.world, {"conditions": list(self.conditions)}
        programme = world.make_programme(self.code, self.code.upper(), content=CONTENT, completion_rule=rule)
        self.cohort = world.make_cohort(programme, f"{self.code}-1")
        self.cohort.completion_rule = rule
        self.coordinator = world.actor(Role.COORDINATOR, name=f"coordinator-{self.code}")
        self.approver = world.actor(Role.APPROVER, name=f"approver-{self.code}")
        self.module = next(iter(lay_modules(session, cohort=self.cohort, actor=None, now=NOW)))
        self.enrolments = [row for place in range(self.count) for row in self._enrol(place)]
        self.groups = groups_by_organisation(session, cohort=self.cohort, actor=self.coordinator, now=NOW)
        self.groups.sort(key=lambda group: group.organisation.code or "" if group.organisation else "")
        self.commission = self._appoint()

    def _enrol(self, place: int) -> list[Enrolment]:
        """Two people of a university, three of the first ones until the number is full."""
        name = Tri(kk=f"Үлгі университеті № {place + 1}", en=f"Model University No. {place + 1}")
        kind = OrganisationKind.UNIVERSITY
        code = f"{self.code}-u{place + 1:02}"
        body = ensure_organisation(self.world.session, name=name, kind=kind, code=code)
        share = self.people // self.count + (place < self.people % self.count)
        names = ((f"Сынақов{place + 1:02}{n} Тест", f"Сынаков{place + 1:02}{n} Тест", "") for n in range(1, share + 1))
        return self.world.enrol(*names, cohort=self.cohort, organisation=body, status=EnrolmentStatus.ENROLLED)

    def _appoint(self) -> Commission:
        session = self.world.session
        common: dict[str, Any] = {"actor": self.coordinator, "now": NOW}
        members = []
        for place, duty in enumerate((Duty.CHAIR, Duty.MEMBER, Duty.MEMBER, Duty.SECRETARY), start=1):
            office = Tri(kk=f"Сарапшы {place}", ru=f"Эксперт {place}", en=f"Expert {place}")
            expert = add_expert(
                session, cohort=self.cohort, names={}, office=office, organisation=None, country=None, **common
            )
            members.append((expert.id, duty))
        return set_commission(
            session, cohort=self.cohort, number=None, members=members, quorum=None, version=None, **common
        )

    def sit(self, outcomes: Mapping[int, Outcome], *, number: str, day: date = DAY, close: bool = True) -> DefenceDay:
        """The commission hears some teams (by their place, from 0), decides, and closes its minutes."""
        session = self.world.session
        common: dict[str, Any] = {"actor": self.coordinator, "now": NOW}
        projects = [ensure_project(session, group=self.groups[place]).id for place in outcomes]
        sitting = plan_sitting(
            session,
            commission=self.commission,
            module=self.module,
            day=day,
            start=time(9),
            minutes=20,
            project_ids=projects,
            **common,
        )
        presence = {member.id: Presence.ROOM for member in self.commission.members}
        mark_presence(session, sitting=sitting, presence=presence, **common)
        for slot, outcome in zip(sitting.slots, outcomes.values(), strict=True):
            decide(session, slot=slot, outcome=outcome, **common)
        if close:
            close_minutes(session, sitting=sitting, number=number, on=day, **common)
        return sitting

    def attend(self, halves: int, *, absent: Mapping[int, int]) -> None:
        """Keep so many registers: everybody is there but those (by their place in the list) for their first ones."""
        for number in range(halves):
            marks = {
                row.number: Marking(None, State.ABSENT if number < absent.get(place, 0) else State.PRESENT)
                for place, row in enumerate(self.enrolments)
            }
            save_register(
                self.world.session,
                cohort=self.cohort,
                module=self.module,
                slot=Slot(date(2024, 1, 15) + timedelta(days=number // 2), (Half.AM, Half.PM)[number % 2]),
                marks=marks,
                actor=self.coordinator,
                now=NOW,
            )

    def proposed(self, **changes: Any) -> Any:  # noqa: ANN401 - a batch; any argument of propose
        """A proposal of everybody who is complete."""
        return self.world.proposed(self.coordinator, cohort=self.cohort, **changes)

    def of(self, *places: int) -> set[int]:
        """The keys of the people of some teams."""
        keys = {self.groups[place].id for place in places}
        return {row.id for row in self.enrolments if row.group_id in keys}
