"""The accounts of the demonstration."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.enums import DelegatedArea, Role, ScopeKind
from app.accounts.queries import find_user, load_actor
from app.accounts.rules import EVERYWHERE, check_new_password
from app.accounts.services import create_user, delegate, grant, tie_to_person
from app.organisations.queries import find_by_code
from app.settings import Settings
from cohorts.queries import enrolments, get_cohort
from modules.queries.schedule import modules_of
from modules.services import mark_seen

DOMAIN = "demo.example"
DELEGATED = (DelegatedArea.SCHEDULE, DelegatedArea.NOTICES)  # what the assistant does for the participant
PARTICIPANT = 6  # number on the roster of the person behind participant@


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demonstration.

    Args:
        place: where its grant holds: everywhere, or the code of a cohort, organisation or module (``cohort/number``).
        does: what a newcomer should look at with it.

    """

    name: str
    display_name: str
    role: Role
    does: str
    place: str = ""

    @property
    def email(self) -> str:
        """Its address."""
        return f"{self.name}@{DOMAIN}"


ACCOUNTS = (
    DemoAccount(
        "coordinator", "Үлгібекова М.", Role.COORDINATOR, "programmes, rosters, schedules; proposes certificates"
    ),
    DemoAccount("approver", "Сынақов Б.", Role.APPROVER, "approves and issues certificates; annuls and reissues"),
    DemoAccount("official", "Мысалова Г.", Role.OFFICIAL, "a ministry's register: find, select, download", "mshe"),
    DemoAccount("participant", "", Role.PARTICIPANT, "the schedule on a phone; the calendar", "kel-now-1"),
    DemoAccount("assistant", "Көмекбаева А.", Role.ASSISTANT, "the same schedule, for the participant", "kel-now-1"),
    DemoAccount(
        "host", "Host Coordinator", Role.HOST_COORDINATOR, "one module: its sessions, its register", "kel-now-1/1"
    ),
    DemoAccount("auditor", "Бақылаушы С.", Role.AUDITOR, "reads everything, changes nothing"),
    DemoAccount("admin", "Әкімші", Role.ADMINISTRATOR, "programmes and cohorts; never issues"),
)


def account_lines(settings: Settings) -> list[str]:
    """The accounts and their password, for the terminal."""
    password = settings.DEMO_PASSWORD.get_secret_value() if settings.DEMO_PASSWORD else ""
    return [*(f"  {account.email:<28}{account.does}" for account in ACCOUNTS), "", f"Password of all: {password}"]


def open_accounts(session: Session, settings: Settings, *, now: datetime) -> None:
    """Open the accounts that are missing; those whose place is everywhere get their role at once.

    Raises:
        DomainError: DEMO_PASSWORD is missing or too weak.

    """
    password = settings.DEMO_PASSWORD.get_secret_value() if settings.DEMO_PASSWORD else ""
    for account in ACCOUNTS:
        if find_user(session, account.email) is None:
            check_new_password(password, email=account.email)
            name = account.display_name or account.name
            user = create_user(session, email=account.email, display_name=name, password=password, now=now)
            if not account.place:
                grant(session, user=user, role=account.role, now=now)


def place_accounts(session: Session, *, now: datetime) -> None:
    """Give the other accounts their role where it holds, and the participant and the assistant their person."""
    for account in ACCOUNTS:
        user = find_user(session, account.email)
        if user is None or user.grants or not account.place:
            continue
        code, _, number = account.place.partition("/")
        if account.role == Role.OFFICIAL:
            organisation = find_by_code(session, code)
            scope, scope_id = ScopeKind.ORGANISATION, organisation.id if organisation else None
        else:
            cohort = get_cohort(session, EVERYWHERE, code)
            scope, scope_id = ScopeKind.COHORT, cohort.id
            if number:
                module = next(row for row in modules_of(session, cohort.id) if str(row.number) == number)
                scope, scope_id = ScopeKind.MODULE, module.id
            if account.role in {Role.PARTICIPANT, Role.ASSISTANT}:
                person = next(row.person for row in enrolments(session, cohort.id) if row.number == PARTICIPANT)
                if account.role == Role.ASSISTANT:
                    for area in DELEGATED:
                        delegate(session, person_id=person.id, user=user, area=area, now=now)
                else:
                    tie_to_person(session, user=user, person=person, now=now)
        grant(session, user=user, role=account.role, now=now, scope=scope, scope_id=scope_id)


def look_once(session: Session, *, now: datetime) -> None:
    """The participant saw the first version of the schedule, and nothing since."""
    user = find_user(session, f"participant@{DOMAIN}")
    actor = load_actor(session, user.id, day=now.date(), lang="kk") if user else None
    if actor is not None and actor.person_id is not None:
        cohort = get_cohort(session, EVERYWHERE, "kel-now-1")
        mark_seen(session, person_id=actor.person_id, versions={cohort.id: 1}, actor=actor, now=now)
