"""How this package joins the platform."""

from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.accounts.rules import EVERYWHERE
from app.feature import Feature, MenuItem
from app.jobs.services import enqueue
from app.kernel.errors import NotFoundError
from app.kernel.words import Message
from cohorts.queries import get_cohort
from cohorts.signals import (
    CohortClosing,
    CohortCreated,
    PeopleEnrolled,
    cohort_closing,
    cohort_created,
    people_enrolled,
)
from modules.audiences import audiences_of_modules
from modules.cli import schedule_group
from modules.queries.attendance import open_registers
from modules.queries.schedule import latest_version, modules_of
from modules.reminders import REMINDERS
from modules.rules.access import HOST_MODULE, MANAGE_CALENDARS, VIEW_OWN_SCHEDULE, has_schedule
from modules.services import lay_modules
from modules.signals import SchedulePublished, schedule_published
from modules.telling import CHANGED, READY, TELL, WELCOME
from modules.views import (
    attendance,
    calendar,
    calendars,
    conflicts,
    copying,
    days,
    experts,
    frame,
    holding,
    home,
    me,
    needs,
    panels,
    planning,
    publish,
    register,
    schedule,
    sessions,
    signing,
)


@cohort_created.connect
def lay_for_new_cohort(created: CohortCreated) -> None:
    """A new cohort gets its modules in the transaction that makes it."""
    lay_modules(created.session, cohort=created.cohort, actor=created.actor, now=created.now)


@cohort_closing.connect
def tell_open_registers(closing: CohortClosing) -> None:
    """A cohort is closed when nobody is left unmarked, if its rule asks for attendance."""
    closing.matters.extend(open_registers(closing.session, closing.cohort))


@schedule_published.connect
def tell_changes(published: SchedulePublished) -> None:
    """Those whose own sessions changed are told, after the commit."""
    enqueue(
        published.session,
        kind=TELL,
        key=f"{published.cohort_id}:{published.version}",
        arguments={"cohort": published.cohort_id, "version": published.version},
        actor=published.actor,
        now=published.now,
    )


@people_enrolled.connect
def tell_new_people(enrolled: PeopleEnrolled) -> None:
    """Who is enrolled after a publication is told of their sessions too; before it, that tells everybody."""
    if latest_version(enrolled.session, enrolled.cohort.id) is not None:
        enqueue(
            enrolled.session,
            kind=WELCOME,
            key=f"{enrolled.cohort.id}:{enrolled.first}",
            arguments={"cohort": enrolled.cohort.id, "first": enrolled.first},
            actor=enrolled.actor,
            now=enrolled.now,
        )


def module_key(session: Session, code: str) -> int:
    """The key of a module named by its cohort and number, ``kel-2026-1/4``."""
    cohort, _, number = code.partition("/")
    for module in modules_of(session, get_cohort(session, EVERYWHERE, cohort).id):
        if str(module.number) == number:
            return module.id
    raise NotFoundError(Message("Nothing was granted: there is no module %(code)s.", code=code))


FEATURE = Feature(
    name="modules",
    blueprints=(
        me.blueprint,
        frame.blueprint,
        calendar.blueprint,
        calendars.blueprint,
        attendance.blueprint,
        experts.blueprint,
    ),
    menu=(
        MenuItem(
            Message("Schedule"), "modules.me", "cal", VIEW_OWN_SCHEDULE, 10, ("modules",), tab=True, shown=has_schedule
        ),
        MenuItem(Message("My module"), "schedule.mine", "cal", HOST_MODULE, 20, ("schedule", "attendance")),
        MenuItem(Message("Calendars"), "calendars.index", "cal", MANAGE_CALENDARS, 70, ("calendars",)),
    ),
    commands=(schedule_group,),
    filters={"country": days.country_words},
    home=(needs.home_needs, home.module_card, home.sessions_card),
    landing=home.landing,
    panels={
        "cohort.overview": panels.timeline_panel,
        "cohort.tabs": panels.schedule_tab,
        "cohort.needs": needs.cohort_needs,
        "home.cohorts": home.cohort_progress,
    },
    acts=home.ACTS,
    audiences=(audiences_of_modules,),
    jobs=(TELL, WELCOME),
    notices=(READY, CHANGED),
    reminders=REMINDERS,
    scopes={ScopeKind.MODULE: module_key},
)

__all__ = [
    "FEATURE",
    "conflicts",
    "copying",
    "holding",
    "planning",
    "publish",
    "register",
    "schedule",
    "sessions",
    "signing",
]
