"""How this package joins the platform."""

from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.accounts.rules import EVERYWHERE
from app.feature import Feature, MenuItem
from app.kernel.errors import NotFoundError
from app.kernel.words import Message
from cohorts.queries import get_cohort
from cohorts.signals import CohortCreated, cohort_created
from modules.queries.schedule import modules_of
from modules.rules.access import HOST_MODULE, VIEW_OWN_SCHEDULE
from modules.services import lay_modules
from modules.views import calendar, me, needs, panels, publish, schedule, sessions


@cohort_created.connect
def lay_for_new_cohort(created: CohortCreated) -> None:
    """A new cohort gets its modules in the transaction that makes it."""
    lay_modules(created.session, cohort=created.cohort, actor=created.actor, now=created.now)


def module_key(session: Session, code: str) -> int:
    """The key of a module named by its cohort and number, ``kel-2026-1/4``."""
    cohort, _, number = code.partition("/")
    for module in modules_of(session, get_cohort(session, EVERYWHERE, cohort).id):
        if str(module.number) == number:
            return module.id
    raise NotFoundError(Message("Nothing was granted: there is no module %(code)s.", code=code))


FEATURE = Feature(
    name="modules",
    blueprints=(me.blueprint, schedule.blueprint, calendar.blueprint),
    menu=(
        MenuItem(Message("Schedule"), "modules.me", "cal", VIEW_OWN_SCHEDULE, 10, ("modules",), tab=True),
        MenuItem(Message("My module"), "schedule.mine", "cal", HOST_MODULE, 20, ("schedule",)),
    ),
    home=(needs.home_needs, panels.module_card, panels.sessions_card),
    landing=panels.landing,
    panels={
        "cohort.overview": panels.timeline_panel,
        "cohort.tabs": panels.schedule_tab,
        "cohort.needs": needs.cohort_needs,
    },
    scopes={ScopeKind.MODULE: module_key},
)

__all__ = ["FEATURE", "publish", "sessions"]
