"""What a group works on, and who advises it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import ConflictError, DomainError
from app.kernel.text import clean
from app.kernel.tri import LANGUAGES, Tri
from app.kernel.words import Message
from cohorts.models import Group
from cohorts.services.closing import refuse_closed
from modules.models import Expert
from modules.queries.experts import expert_name
from projects.models import Mentor, Project
from projects.queries.groups import project_of
from projects.services.holding import check_version, lock

SUBJECT = "project"
LONGEST_TITLE = 400
TITLE, MENTORS = Message("Title of the project"), Message("Mentors")


def ensure_project(session: Session, *, group: Group) -> Project:
    """The project of a group; one without a title when nothing is known yet."""
    return project_of(session, group) or _begin(session, group)


def _begin(session: Session, group: Group) -> Project:
    project = Project(group=group, title=None)
    try:
        with session.begin_nested():
            session.add(project)
    except IntegrityError as error:
        raise ConflictError(Message("Somebody else was faster")) from error
    return project


def change_project(
    session: Session,
    *,
    group: Group,
    title: Tri | None,
    mentors: Sequence[int],
    version: int | None,
    actor: Actor | None,
    now: datetime,
) -> Project:
    """Say what a group works on and who advises it; also after a defence, since closed minutes keep their own words.

    Args:
        title: None: not known.
        mentors: keys of the cohort's experts.
        version: that of the project when the editor looked at it; 0: there was none; None doesn't ask.

    Raises:
        ConflictError: somebody else changed it since.
        DomainError: the cohort is closed, a title is too long, or a mentor is no expert of the cohort.

    """
    refuse_closed(session, group.cohort_id)
    wanted = _checked(title)
    known = {row.id: row for row in _experts(session, group.cohort_id)}
    if not set(mentors) <= known.keys():
        raise DomainError(Message("Choose mentors from the experts of this cohort."), field="mentors")
    project = project_of(session, group)
    fresh = project is None
    project = project or _begin(session, group)  # not looked for again: who was faster meanwhile is a conflict
    lock(session, project)
    advisers = list(dict.fromkeys(mentors))
    check_version(
        session,
        project,
        subject=SUBJECT,
        version=project.version if fresh else version,
        fields={
            TITLE: (_said(project.title), _said(wanted)),
            MENTORS: (_names(known[row.expert_id] for row in project.mentors), _names(known[key] for key in advisers)),
        },
    )
    before = [row.expert_id for row in project.mentors]
    if fresh or project.title != wanted or before != advisers:
        project.title = wanted
        _set_mentors(session, project, advisers)
        project.version += 1
        session.flush()
        _record(session, project, advisers, actor, now)
    return project


def _record(session: Session, project: Project, advisers: Sequence[int], actor: Actor | None, now: datetime) -> None:
    record(
        session,
        act="projects.project_changed",
        subject=SUBJECT,
        subject_id=project.id,
        actor=actor,
        now=now,
        group=project.group_id,
        title=project.title.as_dict() if project.title else None,
        mentors=list(advisers),
    )


def _set_mentors(session: Session, project: Project, advisers: Sequence[int]) -> None:
    present = {row.expert_id: row for row in project.mentors}
    for key, row in present.items():
        if key not in advisers:
            project.mentors.remove(row)
    session.flush()
    project.mentors.extend(Mentor(expert_id=key) for key in advisers if key not in present)


def _experts(session: Session, cohort_id: int) -> Iterable[Expert]:
    return session.scalars(select(Expert).where(Expert.cohort_id == cohort_id).order_by(Expert.id)).all()


def _names(experts: Iterable[Expert]) -> str:
    return ", ".join(expert_name(expert, "kk") for expert in experts)


def _said(title: Tri | None) -> str:
    return " · ".join(title.forms()) if title else ""


def _checked(title: Tri | None) -> Tri | None:
    texts = {lang: clean(title.get(lang) or "") or None for lang in LANGUAGES} if title else {}
    for lang, text in texts.items():
        if text and len(text) > LONGEST_TITLE:
            raise DomainError(
                Message("This text is too long: at most %(n)s characters.", n=LONGEST_TITLE), field=f"title_{lang}"
            )
    known = {lang: text for lang, text in texts.items() if text}
    return Tri(**known, assumed=title.assumed & frozenset(known)) if title and known else None
