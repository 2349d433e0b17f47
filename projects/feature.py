"""What projects and defences give to the platform."""

from app.feature import Feature, MenuItem
from app.kernel.words import Message
from cohorts.signals import CohortClosing, GroupsChanging, cohort_closing, groups_changing
from modules.signals import SessionsMoving, sessions_moving
from projects.cli import materials
from projects.queries.closing import matters_of
from projects.reminders import REMINDERS
from projects.rules.access import MANAGE_PROJECTS, VIEW_OWN_PROJECT, has_project
from projects.services.following import follow
from projects.services.groups import refuse_decided
from projects.views import blueprints
from projects.views.needs import ACTS, cohort_needs, home_needs, landing, project_tabs


@cohort_closing.connect
def name_open_defences(closing: CohortClosing) -> None:
    """Open minutes and undecided projects stand in the way of closing a cohort."""
    closing.matters.extend(matters_of(closing.session, closing.cohort))


@groups_changing.connect
def keep_groups_that_defended(changing: GroupsChanging) -> None:
    """A roster moves nobody into or out of a group whose defence is decided."""
    refuse_decided(changing.session, changing.cohort, changing.group_ids)


@sessions_moving.connect
def follow_sessions(moving: SessionsMoving) -> None:
    """A defence day is the day of its sessions, whoever moves them."""
    follow(moving)


FEATURE = Feature(
    name="projects",
    blueprints=blueprints,
    commands=(materials,),
    menu=(
        MenuItem(Message("Defences"), "defences.coming", "flag", MANAGE_PROJECTS, 50, ("defences",)),
        MenuItem(
            Message("Project"), "project.mine", "team", VIEW_OWN_PROJECT, 30, ("project",), tab=True, shown=has_project
        ),
    ),
    home=(home_needs,),
    landing=landing,
    panels={"cohort.tabs": project_tabs, "cohort.needs": cohort_needs},
    acts=ACTS,
    reminders=REMINDERS,
)
