"""What certificates give to the platform."""

from app.feature import Feature, MenuItem
from app.jobs.services import enqueue
from app.kernel.words import Message
from certificates.cli import certificates
from certificates.jobs import FILES
from certificates.needs import ACTS, cohort_needs, home_needs
from certificates.panels import cohort_tabs, official_home, official_side
from certificates.queries.issue import open_batch
from certificates.rules import APPROVE, LOOK_UP, PROPOSE, READ_AS_READER, VIEW_OWN_CERTIFICATES
from certificates.services import refuse_while_certified, refuse_while_proposed, refuse_without_evidence
from certificates.signals import BatchIssued, batch_issued
from certificates.views import blueprints
from certificates.views.filters import FILTERS
from cohorts.enums import EnrolmentStatus
from cohorts.signals import (
    CohortClosing,
    DatesChanging,
    Matter,
    StatusChanging,
    cohort_closing,
    dates_changing,
    status_changing,
)

REGISTER_PAGES = ("register", "register_entry")


@status_changing.connect
def keep_completed(changing: StatusChanging) -> None:
    """A completion stands on evidence, and is not taken away from under a valid certificate."""
    if changing.after == EnrolmentStatus.COMPLETED:
        refuse_without_evidence(changing.session, changing.cohort, changing.enrolments)
    else:
        refuse_while_certified(changing.session, changing.enrolments)


@dates_changing.connect
def keep_proposed(changing: DatesChanging) -> None:
    """An approver issues what stood in the proposal: its period does not change meanwhile."""
    refuse_while_proposed(changing.session, changing.cohort)


@cohort_closing.connect
def say_what_waits(closing: CohortClosing) -> None:
    """A proposal is decided before its cohort is closed.

    People without a certificate do not hinder it: who completed stays on the home page until somebody proposes them.
    """
    waiting = open_batch(closing.session, closing.cohort)
    if waiting is not None:
        closing.matters.append(
            Matter(
                Message("Certificates wait for approval: order No. %(number)s.", number=waiting.order_number),
                "issue.batch",
                {"code": closing.cohort.code, "key": waiting.key},
            )
        )


@batch_issued.connect
def make_files(issued: BatchIssued) -> None:
    """The files are made at once, by a job: the first who downloads them does not wait."""
    enqueue(
        issued.session,
        kind=FILES,
        key=str(issued.batch_id),
        arguments={"batch": issued.batch_id},
        actor=issued.actor,
        now=issued.now,
    )


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
    home=(home_needs, official_home, official_side),
    panels={"cohort.tabs": cohort_tabs, "cohort.needs": cohort_needs},
    filters=FILTERS,
    acts=ACTS,
    jobs=(FILES,),
)
