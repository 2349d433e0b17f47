"""What every page of a cohort begins with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from app.accounts.rules import Actor, Permission
from app.web.request import current_actor, db_session, moment
from cohorts.models import Cohort
from cohorts.queries import get_cohort, in_reach
from cohorts.rules import MANAGE_COHORT, VIEW_COHORT
from cohorts.tabs import cohort_tabs

blueprint = Blueprint("cohorts", __name__, template_folder="../templates")


@dataclass(frozen=True, slots=True)
class Desk:
    """A request about one cohort: who asks, when, and about which."""

    session: Session
    actor: Actor
    now: datetime
    cohort: Cohort

    def may(self, wanted: Permission) -> bool:
        """Whether the actor holds a permission for this cohort."""
        return in_reach(self.actor.reach(wanted), self.cohort)

    def frame(self) -> dict[str, Any]:
        """What the head of each page of the cohort shows."""
        return {
            "cohort": self.cohort,
            "sections": cohort_tabs(self.session, self.actor, self.cohort, self.now),
            "may_manage": self.may(MANAGE_COHORT),
        }


def desk(code: str, wanted: Permission = VIEW_COHORT) -> Desk:
    """The cohort with this code, within the actor's reach.

    Raises:
        NotFoundError: there is none, or it is out of reach.

    """
    session, actor = db_session(), current_actor()
    return Desk(session, actor, moment(), get_cohort(session, actor.reach(wanted), code))
