"""Whom a coordinator may tell something of a module: those who take part, its hosts, those who come from outside."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from app.accounts.enums import ScopeKind
from app.accounts.queries import holders
from app.accounts.rules import Actor
from app.kernel.clock import day_of
from app.mail.queries import recipients_of_people, recipients_of_users
from app.notices.announcing import Addressee, Audience
from app.web.locale import in_each_language
from cohorts.audiences import addressees
from cohorts.models import Cohort
from cohorts.queries import in_reach
from cohorts.queries.audiences import members_of
from cohorts.rules import MANAGE_COHORT
from modules.queries.experts import people_in_module
from modules.queries.schedule import modules_of
from modules.rules.access import HOST_MODULE
from modules.views.present import module_label


def audiences_of_modules(
    session: Session, actor: Actor, scope: ScopeKind, key: int, now: datetime
) -> Sequence[Audience]:
    """The modules of a cohort; people are read when they are asked for."""
    cohort = session.get(Cohort, key) if scope is ScopeKind.COHORT else None
    if cohort is None or not in_reach(actor.reach(MANAGE_COHORT), cohort):
        return ()
    return [
        Audience(
            f"module:{module.id}",
            in_each_language(partial(module_label, module)),
            ScopeKind.COHORT,
            cohort.id,
            partial(_told, session, cohort, module.id, day_of(now)),
        )
        for module in modules_of(session, cohort.id)
    ]


def _told(session: Session, cohort: Cohort, module_id: int, day: date) -> Sequence[Addressee]:
    """Participants, host coordinators of this day, experts of its sessions with an address; each once."""
    people = [member.person_id for member in members_of(session, cohort.id)]
    hosts = [key for key, reach in holders(session, HOST_MODULE, day=day).items() if module_id in reach.modules]
    experts = [one for one in recipients_of_people(session, people_in_module(session, module_id)) if one.address]
    found = (*recipients_of_people(session, people), *recipients_of_users(session, hosts), *experts)
    return addressees(cohort, {one.ref: one for one in found}.values(), {})
