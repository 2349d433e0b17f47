"""Handing in what a group defends with: the file is safe on the disk before its row is written."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.clock import day_of
from app.kernel.errors import DomainError, FileRefusedError, NotFoundError
from app.kernel.files.kinds import kind_of
from app.kernel.files.names import safe_name
from app.kernel.files.store import FileStore, Stored
from app.kernel.words import Message
from cohorts.models import Enrolment
from cohorts.services.closing import refuse_closed
from projects.models import Material, Project
from projects.queries.groups import NOT_FOUND, TAKING_PART
from projects.queries.materials import stands_of
from projects.rules.materials import MOST_VERSIONS, NOT_YET, Stand, check_awaited, is_late

OTHER_KIND = Message(
    "The file was not taken in: it is no PDF, PPTX, DOCX or XLSX, or it is damaged, has a password or macros. "
    "Save it anew as one of these and send that."
)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is in the store, and that no row names yet."""

    stored: Stored
    name: str
    media_type: str


def receive(store: FileStore, *, file: BinaryIO, name: str, limit: int) -> Received:
    """Take a file in; no database is held meanwhile.

    Args:
        name: as its sender calls it.
        limit: the most bytes that it may have.

    Raises:
        FileRefusedError: it is of another kind than is taken, or too large.
        StorageError: the disk is full or refuses.

    """
    kind = kind_of(file)
    if kind is None:
        raise FileRefusedError(OTHER_KIND)
    return Received(store.put(file, limit=limit), safe_name(name, kind), kind.media_type)


def check_may_send(session: Session, *, enrolment: Enrolment) -> None:
    """Refuse what :func:`hand_in` would refuse, before the file is taken in: it would lie on the disk for nobody.

    Raises:
        DomainError, NotFoundError: as there.

    """
    refuse_closed(session, enrolment.cohort_id)
    project, _stand = _open_for(session, enrolment)
    _next(_newest(session, project))


def _open_for(session: Session, enrolment: Enrolment) -> tuple[Project, Stand]:
    """The project for which somebody may hand in today, and its defence.

    Raises:
        DomainError: the day of the defence is not published yet, or its minutes are closed.
        NotFoundError: they are in no group.

    """
    if enrolment.group_id is None or enrolment.status not in TAKING_PART:
        raise NotFoundError(NOT_FOUND)
    project = session.scalar(select(Project).where(Project.group_id == enrolment.group_id))
    if project is None:
        raise DomainError(NOT_YET, field="file")
    return project, check_awaited(stands_of(session, project.id))


def hand_in(
    session: Session, *, enrolment: Enrolment, received: Received, actor: Actor | None, now: datetime
) -> Material:
    """Hand in a file for somebody's group, as its next version; the same file as the newest one is that version.

    The cohort is held until the commit: of two who hand in at once the second comes after the first.

    Raises:
        DomainError: the cohort is closed, the defence is over or not published, or there are too many versions.
        NotFoundError: they are in no group any more.

    """
    refuse_closed(session, enrolment.cohort_id)
    session.refresh(enrolment)
    project, stand = _open_for(session, enrolment)
    newest = _newest(session, project)
    if newest is not None and newest.sha256 == received.stored.key:
        return newest
    late = is_late(stand.due_on, day_of(now, enrolment.cohort.time_zone))
    made = Material(
        project_id=project.id,
        number=_next(newest),
        enrolment_id=enrolment.id,
        handed_at=now,
        late=late,
        name=received.name,
        media_type=received.media_type,
        size=received.stored.size,
        sha256=received.stored.key,
    )
    session.add(made)
    session.flush()
    record(
        session,
        act="projects.material_handed_in",
        subject="material",
        subject_id=made.id,
        actor=actor,
        now=now,
        cohort=enrolment.cohort_id,
        project=project.id,
        number=made.number,
        size=made.size,
        sha256=made.sha256,
        late=late,
    )
    return made


def record_download(
    session: Session, *, material: Material, actor: Actor, now: datetime, for_person_id: int | None = None
) -> None:
    """Write to the audit that a version was handed out.

    Args:
        for_person_id: the person of the group for whom an assistant has it.

    """
    record(
        session,
        act="projects.material_downloaded",
        subject="material",
        subject_id=material.id,
        actor=actor,
        now=now,
        for_person_id=for_person_id,
        project=material.project_id,
        number=material.number,
    )
    session.flush()


def _newest(session: Session, project: Project) -> Material | None:
    wanted = select(Material).where(Material.project_id == project.id).order_by(Material.number.desc())
    return session.scalar(wanted.limit(1))


def _next(newest: Material | None) -> int:
    number = newest.number + 1 if newest else 1
    if number > MOST_VERSIONS:
        raise DomainError(
            Message("Nothing was handed in: there are %(n)s versions already. Tell your coordinator.", n=MOST_VERSIONS),
            field="file",
        )
    return number
