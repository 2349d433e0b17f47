"""What projects and defences give to the platform."""

from app.feature import Feature, MenuItem
from app.kernel.words import Message
from cohorts.signals import CohortClosing, cohort_closing
from projects.queries.closing import matters_of
from projects.rules.access import MANAGE_PROJECTS, VIEW_OWN_PROJECT
from projects.views import blueprints
from projects.views.needs import ACTS, cohort_needs, home_needs, project_tabs


@cohort_closing.connect
def name_open_defences(closing: CohortClosing) -> None:
    """Open minutes and undecided projects stand in the way of closing a cohort."""
    closing.matters.extend(matters_of(closing.session, closing.cohort))


FEATURE = Feature(
    name="projects",
    blueprints=blueprints,
    menu=(
        MenuItem(Message("Defences"), "defences.coming", "flag", MANAGE_PROJECTS, 50, ("defences",)),
        MenuItem(Message("Project"), "project.mine", "team", VIEW_OWN_PROJECT, 30, ("project",), tab=True),
    ),
    home=(home_needs,),
    panels={"cohort.tabs": project_tabs, "cohort.needs": cohort_needs},
    acts=ACTS,
)
