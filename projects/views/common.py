"""What every page of this package begins with."""

from typing import Any

from flask import Blueprint

from cohorts.tabs import cohort_tabs
from cohorts.views.common import Desk, desk
from projects.rules.access import MANAGE_PROJECTS, VIEW_PROJECTS

groups = Blueprint("groups", __name__, template_folder="../templates")
defences = Blueprint("defences", __name__, template_folder="../templates")
own = Blueprint("project", __name__, template_folder="../templates")


def reading(code: str) -> Desk:
    """The cohort with this code, for somebody who may read its projects.

    Raises:
        NotFoundError: there is none, or it is out of reach.

    """
    return desk(code, VIEW_PROJECTS)


def managing(code: str) -> Desk:
    """The same for somebody who may change them."""
    return desk(code, MANAGE_PROJECTS)


def frame(at: Desk) -> dict[str, Any]:
    """What the head of each page of the cohort shows."""
    return {
        "cohort": at.cohort,
        "sections": cohort_tabs(at.session, at.actor, at.cohort, at.now),
        "may_manage": at.may(MANAGE_PROJECTS),
    }
