"""What the cohorts give to the platform."""

from app.accounts.enums import ScopeKind
from app.accounts.rules import EVERYWHERE
from app.feature import Feature, MenuItem
from app.kernel.words import Message
from cohorts.audiences import audiences_of_cohort
from cohorts.cli import commands
from cohorts.panels import ACTS, home_needs, my_cohorts
from cohorts.queries import get_cohort, get_programme
from cohorts.rules import VIEW_COHORT
from cohorts.tabs import own_tabs
from cohorts.views import blueprint

# Higher packages add pages to a cohort; they stand under Programmes too.
SECTION = ("cohorts", "schedule", "attendance", "groups", "completion", "issue")

FEATURE = Feature(
    name="cohorts",
    blueprints=(blueprint,),
    commands=commands,
    menu=(MenuItem(Message("Programmes"), "cohorts.programmes", "cal", VIEW_COHORT, 20, SECTION),),
    home=(home_needs, my_cohorts),
    panels={"cohort.tabs": own_tabs},
    acts=ACTS,
    audiences=(audiences_of_cohort,),
    scopes={
        ScopeKind.PROGRAMME: lambda session, code: get_programme(session, EVERYWHERE, code).id,
        ScopeKind.COHORT: lambda session, code: get_cohort(session, EVERYWHERE, code).id,
    },
)
