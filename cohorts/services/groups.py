"""Groups of a cohort's people."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cohorts.models import Cohort, Group


def ensure_group(session: Session, *, cohort: Cohort, label: str) -> Group:
    """The group of a cohort with this label, made if there is none."""
    group = session.scalar(select(Group).where(Group.cohort_id == cohort.id, Group.label == label))
    if group is None:
        last = session.scalar(select(func.max(Group.position)).where(Group.cohort_id == cohort.id)) or 0
        group = Group(cohort_id=cohort.id, position=last + 1, label=label)
        session.add(group)
        session.flush()
    return group
