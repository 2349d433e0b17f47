"""A coordinator and an approver who play a year: commands, pages and services, on the days of the story."""

import io
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.enums import Role, ScopeKind
from app.accounts.models import User
from app.accounts.queries import load_actor
from app.accounts.rules import Actor, Reach
from app.accounts.services import grant
from app.kernel import clock
from app.kernel.tri import Tri
from certificates.models import Certificate
from cohorts.models import Cohort
from cohorts.queries import enrolments, get_cohort
from modules.enums import AttendanceState, Half, SessionKind
from modules.models import Expert, Module
from modules.queries.schedule import modules_of
from modules.rules.attendance import Slot
from modules.rules.facts import Facts
from modules.services import add_session, publish
from modules.services.attendance import Marking, save_register
from modules.services.experts import add_expert
from projects.enums import Duty, Outcome, Presence
from projects.models import DefenceDay
from projects.services.commissions import set_commission
from projects.services.minutes import close_minutes, decide, mark_presence
from projects.services.projects import change_project
from projects.services.sittings import plan_sitting
from tests.integration.cohorts.world import sign_in
from tests.support.pages import post

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "demo"
HOME = ZoneInfo("Asia/Almaty")


def words(answer: TestResponse) -> str:
    """The words of a page."""
    return " ".join(BeautifulSoup(answer.data, "html5lib").get_text(" ").split())


@dataclass
class Year:
    """One cohort's year."""

    app: Flask
    session: Session
    monkeypatch: pytest.MonkeyPatch
    folder: Path
    code: str
    users: dict[str, User] = field(default_factory=dict)
    now: datetime = datetime(2020, 1, 1, 9, tzinfo=HOME)

    def __post_init__(self) -> None:
        """Open the two accounts."""
        for name, role in (("coordinator", Role.COORDINATOR), ("approver", Role.APPROVER)):
            email = f"{name}@example.org"
            user = User(email=email, identity=email, display_name=name.title(), password_hash="", created_at=self.now)
            self.session.add(user)
            self.session.flush()
            grant(self.session, user=user, role=role, scope=ScopeKind.EVERYWHERE, scope_id=None, now=self.now)
            self.users[name] = user
        self.session.flush()

    def on(self, day: date, hour: int = 10) -> None:
        """It is this day, and this hour in Astana."""
        self.now = datetime.combine(day, time(hour), HOME)
        self.monkeypatch.setattr(clock, "now", lambda: self.now)

    def visit(self, name: str) -> FlaskClient:
        """A browser in which somebody is signed in."""
        return sign_in(self.app, self.users[name])

    def command(self, *arguments: str) -> str:
        """What a command says that succeeded."""
        outcome = self.app.test_cli_runner().invoke(args=[*arguments])
        assert outcome.exit_code == 0, outcome.output + (outcome.stderr or "")
        return str(outcome.output)

    def press(self, name: str, path: str, **data: str) -> str:
        """Send a form; the words of the page that it leads to."""
        client = self.visit(name)
        answer = post(client, path, data)
        assert answer.status_code == 302, words(answer)
        return words(client.get(answer.location))

    @property
    def actor(self) -> Actor:
        """The coordinator, as services see her."""
        found = load_actor(self.session, self.users["coordinator"].id, day=self.now.date(), lang="en")
        assert found is not None
        return found

    @property
    def cohort(self) -> Cohort:
        """The cohort, read anew."""
        return get_cohort(self.session, Reach(everywhere=True), self.code)

    def module(self, number: int) -> Module:
        """One of its modules."""
        return next(row for row in modules_of(self.session, self.cohort.id) if row.number == number)

    def begin(self, programme: str, roster: str, *, starts: str, ends: str, people: int) -> None:
        """The programme's file and the cohort by commands, the roster by the pages."""
        self.command("programmes", "import", str(DEMO / "programmes" / f"{programme}.yaml"))
        dates = ("--starts-on", starts, "--ends-on", ends)
        self.command("cohorts", "create", self.code, "--programme", programme, *dates)
        client, page = self.visit("coordinator"), f"/cohorts/{self.code}/import"
        file = (io.BytesIO((DEMO / "rosters" / roster).read_bytes()), roster)
        checked = post(client, page, {"file": file}, content_type="multipart/form-data")
        assert f"{people} rows can go in now." in words(client.get(checked.location))
        assert post(client, checked.location, {}).status_code == 302
        self.press("coordinator", f"/cohorts/{self.code}/status", status="running")

    def expert(self, office: str, country: str = "KZ") -> Expert:
        """Somebody from outside, by the office alone."""
        return add_expert(
            self.session,
            cohort=self.cohort,
            names={},
            office=Tri(en=office),
            organisation=None,
            country=country,
            actor=self.actor,
            now=self.now,
        )

    def schedule(self, module: int, *starts: datetime, hours: int = 2, room: str = "Aula") -> None:
        """Lectures for everybody, published."""
        for begin in starts:
            facts = Facts(
                title=Tri(en=f"Lecture of {begin:%d %B}"),
                starts_at=begin,
                ends_at=begin.replace(hour=begin.hour + hours),
                time_zone=HOME.key,
                kind=SessionKind.LECTURE,
                rooms=(room,),
            )
            add_session(self.session, module=self.module(module), facts=facts, actor=self.actor, now=self.now)
        publish(self.session, cohort=self.cohort, actor=self.actor, now=self.now)

    def register(self, module: int, day: date, half: Half, *, absent: Collection[int] = ()) -> None:
        """The register of a half-day: everybody was there but for those."""
        marks = {
            row.number: Marking(None, AttendanceState.ABSENT if row.number in absent else AttendanceState.PRESENT)
            for row in enrolments(self.session, self.cohort.id)
        }
        saved = save_register(
            self.session,
            cohort=self.cohort,
            module=self.module(module),
            slot=Slot(day, half),
            marks=marks,
            actor=self.actor,
            now=self.now,
        )
        assert (saved.written, saved.clashes) == (len(marks), ())

    def commission(self, *offices: str) -> int:
        """A commission of these offices, the first in the chair; its key is its number."""
        members = [
            (self.expert(office).id, Duty.MEMBER if place else Duty.CHAIR) for place, office in enumerate(offices)
        ]
        made = set_commission(
            self.session,
            cohort=self.cohort,
            number=None,
            members=members,
            quorum=None,
            version=None,
            actor=self.actor,
            now=self.now,
        )
        return made.number

    def defence(self, module: int, day: date, *, commission: int, minutes: int = 20) -> DefenceDay:
        """A defence day for each group's project, published."""
        from projects.queries.commissions import get_commission  # noqa: PLC0415 - read beside its use

        groups = {row.group.id: row.group for row in enrolments(self.session, self.cohort.id) if row.group}
        projects = [
            change_project(
                self.session,
                group=group,
                title=Tri(en=f"Project of {group.label}"),
                mentors=[],
                version=None,
                actor=self.actor,
                now=self.now,
            )
            for group in sorted(groups.values(), key=lambda group: group.position)
        ]
        sitting = plan_sitting(
            self.session,
            commission=get_commission(self.session, self.cohort, commission),
            module=self.module(module),
            day=day,
            start=time(14),
            minutes=minutes,
            project_ids=[project.id for project in projects],
            actor=self.actor,
            now=self.now,
        )
        publish(self.session, cohort=self.cohort, actor=self.actor, now=self.now)
        return sitting

    def hold(self, sitting: DefenceDay, number: str, outcomes: Mapping[str, Outcome]) -> None:
        """The defence day as it was: accepted but for those, by label; minutes closed."""
        presence = {member.id: Presence.ROOM for member in sitting.commission.members}
        mark_presence(self.session, sitting=sitting, presence=presence, actor=self.actor, now=self.now)
        for slot in sitting.slots:
            outcome = outcomes.get(slot.project.group.label, Outcome.ACCEPTED)
            decide(self.session, slot=slot, outcome=outcome, actor=self.actor, now=self.now)
        close_minutes(self.session, sitting=sitting, number=number, on=sitting.day, actor=self.actor, now=self.now)

    def award(self, order: str, day: date) -> None:
        """Propose and approve by the pages."""
        page = f"/cohorts/{self.code}/certificates"
        dates = {"order_date": day.isoformat(), "issued_on": day.isoformat()}
        self.press("coordinator", page, order_number=order, **dates)
        listed = BeautifulSoup(self.visit("approver").get("/approvals/").data, "html5lib")
        batch = next(
            str(link["href"]) for link in listed.select("a[href^='/approvals/']") if len(str(link["href"])) > 20
        )
        self.press("approver", batch, looked="1")

    def certificates(self) -> Sequence[Certificate]:
        """All certificates of the cohort, by number."""
        wanted = select(Certificate).where(Certificate.cohort_id == self.cohort.id).order_by(Certificate.sequence)
        return self.session.scalars(wanted).all()

    def download(self) -> dict[str, bytes]:
        """The ZIP of everything in the register, unpacked."""
        answer = post(self.visit("coordinator"), "/certificates/download", {"as": "zip", "scope": "all"})
        assert answer.status_code == 200
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def verify(self, name: str, data: bytes) -> str:
        """What the command says of a file."""
        file = self.folder / "checked.pdf"
        file.write_bytes(data)
        assert name.endswith(".pdf")
        return self.command("certificates", "verify", str(file))
