"""How this package joins the platform."""

from app.feature import Feature, MenuItem
from app.kernel.words import Message
from cohorts.signals import CohortCreated, cohort_created
from modules.rules.access import HOST_MODULE, VIEW_OWN_SCHEDULE
from modules.services import lay_modules
from modules.views import calendar, me, needs, panels, publish, schedule, sessions


@cohort_created.connect
def lay_for_new_cohort(created: CohortCreated) -> None:
    """A new cohort gets its modules in the transaction that makes it."""
    lay_modules(created.session, cohort=created.cohort, actor=created.actor, now=created.now)


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
)

__all__ = ["FEATURE", "publish", "sessions"]
