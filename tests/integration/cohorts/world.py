"""Two programmes, three cohorts and accounts of several reaches; no database of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.enums import Role, ScopeKind
from app.accounts.models import User
from app.accounts.queries import load_actor
from app.accounts.rules import Actor, Reach
from app.accounts.services import grant
from app.kernel.partial_date import PartialDate
from cohorts.models import Cohort
from cohorts.programme_file import read_programme
from cohorts.queries import get_cohort, get_programme
from cohorts.roster import RosterRow
from cohorts.schema import ProgrammeDocument
from cohorts.services import create_cohort, import_programme, import_roster, start_cohort
from tests.support.visiting import signed_in

ROOT = Path(__file__).resolve().parents[3]
PROGRAMMES = ROOT / "demo" / "programmes"
ROSTERS = ROOT / "tests" / "data" / "rosters"
NOW = datetime(2026, 11, 24, 11, 36, tzinfo=UTC)
ORDER_DAY = date(2026, 11, 20)
EVERYWHERE = Reach(everywhere=True)
IINS = ("849923463775", "809920416393", "679921487120", "939910338111", "719921334559")


@dataclass
class World:
    """What a test may ask for."""

    session: Session
    users: dict[str, User] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """An account as the services see it."""
        actor = load_actor(self.session, self.users[name].id, day=NOW.date(), lang="en")
        assert actor is not None
        return actor

    def cohort(self, code: str = "kel-1") -> Cohort:
        """A cohort, read anew."""
        return get_cohort(self.session, EVERYWHERE, code)

    def enrol(self, *names: str, code: str = "kel-1") -> None:
        """Enrol people with an IIN each, in this order."""
        import_roster(self.session, cohort=self.cohort(code), rows=roster(names), actor=None, now=NOW)


def roster(names: Sequence[str], **cells: str) -> list[RosterRow]:
    """Rows as a Russian file would have them."""
    return [
        RosterRow(
            number,
            "ru",
            {
                "name": name,
                "iin": IINS[number - 2],
                "post": "ректор",
                "organisation": "Тестовый университет",
                "email": f"person{number}@example.org",
                **cells,
            },
        )
        for number, name in enumerate(names, start=2)
    ]


@cache
def document(name: str) -> ProgrammeDocument:
    """A programme of the demonstration."""
    return read_programme((PROGRAMMES / f"{name}.yaml").read_bytes())


def make_world(session: Session) -> World:
    """Import the demonstration's programmes; create kel-1 (running), kel-2 (no dates) and eulp-1; open accounts."""
    world = World(session)
    for file in ("kel-now", "eulp-2023"):
        import_programme(session, document=document(file), actor=None, now=NOW)
    days = {"kel-1": ("kel-now", PartialDate(2026, 10, 5)), "kel-2": ("kel-now", None), "eulp-1": ("eulp-2023", None)}
    for code, (programme, first) in days.items():
        found = get_programme(session, EVERYWHERE, programme)
        create_cohort(session, programme=found, code=code, starts_on=first, planned_size=30, actor=None, now=NOW)
        world.cohort(code).completion_rule = {}  # an order alone decides; evidence is the matter of higher packages
    start_cohort(session, cohort=world.cohort(), actor=None, now=NOW)
    eulp = world.cohort("eulp-1")
    for name, role, scope, key in (
        ("admin", Role.ADMINISTRATOR, ScopeKind.EVERYWHERE, None),
        ("coordinator", Role.COORDINATOR, ScopeKind.EVERYWHERE, None),
        ("auditor", Role.AUDITOR, ScopeKind.EVERYWHERE, None),
        ("participant", Role.PARTICIPANT, ScopeKind.EVERYWHERE, None),
        ("of_programme", Role.COORDINATOR, ScopeKind.PROGRAMME, eulp.programme_id),
        ("of_cohort", Role.COORDINATOR, ScopeKind.COHORT, eulp.id),
        ("of_owner", Role.COORDINATOR, ScopeKind.ORGANISATION, eulp.programme.owner_id),
    ):
        email = f"{name}@example.org"
        user = User(email=email, identity=email, display_name=name.title(), password_hash="", created_at=NOW)
        session.add(user)
        session.flush()
        grant(session, user=user, role=role, scope=scope, scope_id=key, now=NOW)
        world.users[name] = user
    session.flush()
    return world


def sign_in(app: Flask, user: User, *, lang: str = "en") -> FlaskClient:
    """A client signed in as an account of the world."""
    return signed_in(app, user.id, user.session_version, lang=lang)
