"""What certificates give to the platform."""

from app.feature import Feature, MenuItem
from app.kernel.words import Message
from certificates.cli import certificates
from certificates.panels import approver_home, cohort_tabs, coordinator_home, official_home, official_side
from certificates.rules import APPROVE, LOOK_UP, PROPOSE, READ_AS_READER, VIEW_OWN_CERTIFICATES
from certificates.views import blueprints
from certificates.views.filters import FILTERS

REGISTER_PAGES = ("register", "register_entry")

FEATURE = Feature(
    name="certificates",
    blueprints=blueprints,
    commands=(certificates,),
    menu=(
        MenuItem(Message("To approve"), "approvals.index", "medal", APPROVE, 20, ("approvals",)),
        MenuItem(Message("Certificates"), "register.index", "medal", PROPOSE, 60, REGISTER_PAGES),
        MenuItem(Message("Register"), "register.index", "doc", READ_AS_READER, 61, REGISTER_PAGES),
        MenuItem(Message("Check a certificate"), "certificates.verify_form", "check", LOOK_UP, 62, ("certificates",)),
        MenuItem(Message("Certificates"), "mine.index", "medal", VIEW_OWN_CERTIFICATES, 60, ("mine",), tab=True),
    ),
    home=(approver_home, official_home, official_side, coordinator_home),
    panels={"cohort.tabs": cohort_tabs},
    filters=FILTERS,
)
