"""What every played cohort needs: who acts, when, and the product's services in the words of its script.

A script (``sessions/CODE.yaml``) names people from outside, groups' projects and sessions; everything in it is invented
but for the offices that a source names.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy.orm import Session

from app.accounts.rules import EVERYWHERE, Actor
from app.kernel.clock import HOME_ZONE
from app.kernel.files.store import FileStore
from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.people.enums import NameForm
from app.people.rules import split_full_name
from certificates.house import House
from cohorts.enums import EnrolmentStatus
from cohorts.queries import enrolments, get_programme
from cohorts.roster.columns import read_roster
from cohorts.services import create_cohort, import_roster, start_cohort
from modules.enums import AttendanceState, Half, SessionKind
from modules.queries.schedule import modules_of
from modules.rules.attendance import Slot
from modules.rules.facts import Facts
from modules.services import add_session
from modules.services.attendance import Marking, save_register
from modules.services.experts import add_expert
from projects.enums import Duty
from projects.services.commissions import set_commission
from projects.services.projects import change_project

FOLDER = Path(__file__).resolve().parent
HOME = ZoneInfo(HOME_ZONE)
Row: TypeAlias = Any  # a row of the product: the demonstration knows services, not models
States = Mapping[int, AttendanceState]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the demonstration."""

    coordinator: Actor
    approver: Actor


@dataclass(frozen=True, slots=True)
class Theatre:
    """What all played cohorts share.

    Args:
        files: where what people hand in is kept.
        today: the day around which the running cohort is built.
        now: the moment of the demonstration on that day.

    """

    session: Session
    cast: Cast
    house: House
    files: FileStore
    today: date
    now: datetime


@dataclass
class Stage:
    """A cohort while it is played.

    Args:
        cohort: its row.
        script: what the file of its name says.
        origin: the day from which the script counts its days; None: the script names dates.

    """

    theatre: Theatre
    cohort: Row
    script: Mapping[str, Any]
    origin: date | None = None
    experts: dict[str, int] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        """The session of the transaction."""
        return self.theatre.session

    @property
    def actor(self) -> Actor:
        """The coordinator, who does most of it."""
        return self.theatre.cast.coordinator

    @cached_property
    def modules(self) -> dict[str, Row]:
        """Modules by their number, other components by how they are held."""
        rows = modules_of(self.session, self.cohort.id)
        return {str(row.number) if row.number else str(row.blocks[0].mode): row for row in rows}

    def people(self) -> Sequence[Row]:
        """The enrolments of those who did not withdraw, by their numbers."""
        present = set(EnrolmentStatus) - {EnrolmentStatus.WITHDRAWN}
        return sorted(enrolments(self.session, self.cohort.id, statuses=present), key=lambda row: row.number)

    def groups(self) -> dict[str, Row]:
        """The groups by their labels."""
        return {row.group.label: row.group for row in self.people() if row.group}

    def day(self, value: date | int) -> date:
        """A day of the script."""
        return value if isinstance(value, date) else (self.origin or self.theatre.today) + timedelta(days=value)

    def bring_experts(self, *, now: datetime) -> None:
        """Add the people from outside."""
        for key, entry in self.script.get("experts", {}).items():
            names = {NameForm(form): split_full_name(text) for form, text in entry.get("name", {}).items()}
            row = add_expert(
                self.session,
                cohort=self.cohort,
                names=names,
                office=tri(entry.get("office")),
                organisation=tri(entry.get("organisation")),
                country=entry.get("country"),
                actor=self.actor,
                now=now,
            )
            self.experts[key] = row.id

    def give_projects(self, *, now: datetime) -> dict[str, Row]:
        """Give the groups their projects and mentors; the projects by the groups' labels."""
        groups = self.groups()
        return {
            entry["group"]: change_project(
                self.session,
                group=groups[entry["group"]],
                title=tri(entry.get("title")),
                mentors=[self.experts[key] for key in entry.get("mentors", ())],
                version=None,
                actor=self.actor,
                now=now,
            )
            for entry in self.script["projects"]
        }

    def appoint(self, *, now: datetime) -> Row:
        """Appoint the commission of the script."""
        members = [(self.experts[entry["expert"]], Duty(entry["duty"])) for entry in self.script["commission"]]
        return set_commission(
            self.session,
            cohort=self.cohort,
            number=None,
            members=members,
            quorum=None,
            version=None,
            actor=self.actor,
            now=now,
        )

    def fill(self, entries: Iterable[Mapping[str, Any]], *, now: datetime) -> None:
        """Add sessions of the script, as drafts."""
        groups = self.groups()
        for entry in entries:
            module = self.modules[str(entry["module"])]
            add_session(self.session, module=module, facts=self.facts(entry, module, groups), actor=self.actor, now=now)

    def facts(self, entry: Mapping[str, Any], module: Row, groups: Mapping[str, Row]) -> Facts:
        """A session of the script, by the clocks of the place of its module."""
        day = self.day(entry["day"])
        zone = ZoneInfo(_zone_of(module, day))
        place = entry.get("place")
        people = [f"{role}:{self.experts[key]}" for role, keys in entry.get("people", {}).items() for key in keys]
        return Facts(
            title=Tri(**entry["title"]),
            starts_at=datetime.combine(day, time.fromisoformat(entry["from"]), zone),
            ends_at=datetime.combine(day, time.fromisoformat(entry["to"]), zone),
            time_zone=zone.key,
            kind=SessionKind(entry["kind"]),
            rooms=tuple(room for room in entry.get("rooms", ()) if room),
            address=tri(self.script["places"][place]) if place else None,
            link=self.script["link"] if entry.get("online") else None,
            languages=tuple(entry.get("languages", ())),
            audience=tuple(f"group:{groups[label].id}" for label in entry.get("groups", ())),
            people=tuple(people),
            speaker=entry.get("speaker"),
        )

    def mark(
        self,
        module: str,
        day: date,
        half: Half,
        *,
        usual: AttendanceState = AttendanceState.PRESENT,
        others: States | None = None,
        only: Collection[int] | None = None,
        now: datetime,
    ) -> None:
        """Keep the register of a half-day: everybody as usual, but for the others by their numbers."""
        states = others or {}
        marks = {
            row.number: Marking(seen=None, wanted=states.get(row.number, usual))
            for row in self.people()
            if only is None or row.number in only
        }
        save_register(
            self.session,
            cohort=self.cohort,
            module=self.modules[module],
            slot=Slot(day, half),
            marks=marks,
            actor=self.actor,
            now=now,
        )


def _zone_of(module: Row, day: date) -> str:
    """The zone of the block that holds a day, else of the module's first block."""
    for block in module.blocks:
        if block.starts_on and block.starts_on.first_day <= day <= (block.ends_on or block.starts_on).last_day:
            return str(block.time_zone)
    return str(module.blocks[0].time_zone)


def tri(text: Mapping[str, Any] | None) -> Tri | None:
    """A text of a script."""
    return Tri.from_dict(text) if text else None


def script(name: str) -> Mapping[str, Any]:
    """The script of a cohort."""
    content: Mapping[str, Any] = yaml.safe_load((FOLDER / "sessions" / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def at(day: date, clock: str, zone: ZoneInfo = HOME) -> datetime:
    """A moment by the clocks of the Academy, or of another place."""
    return datetime.combine(day, time.fromisoformat(clock), zone)


def open_cohort(
    theatre: Theatre,
    code: str,
    programme: str,
    roster: str,
    *,
    starts_on: PartialDate | None,
    ends_on: PartialDate | None = None,
    planned_size: int | None = None,
    now: datetime,
) -> Row:
    """Create a cohort, take its roster in and start it, as a coordinator does.

    Raises:
        LookupError: a row of the roster was not taken in.

    """
    session, actor = theatre.session, theatre.cast.coordinator
    cohort = create_cohort(
        session,
        programme=get_programme(session, EVERYWHERE, programme),
        code=code,
        starts_on=starts_on,
        ends_on=ends_on,
        planned_size=planned_size,
        actor=actor,
        now=now,
    )
    rows = read_roster((FOLDER / "rosters" / roster).read_bytes()).rows
    report = import_roster(session, cohort=cohort, rows=rows, actor=actor, now=now)
    if report.taken != len(rows):
        msg = f"{roster}: {report.taken} of {len(rows)} rows were taken in"
        raise LookupError(msg)
    start_cohort(session, cohort=cohort, actor=actor, now=now)
    return cohort


def entropy(purpose: str) -> Callable[[int], bytes]:
    """Bytes that are the same in every demonstration: its codes are known and its certificates say SPECIMEN."""
    count = 0

    def draw(size: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.sha256(f"demo:{purpose}:{count}".encode()).digest()[:size]

    return draw
