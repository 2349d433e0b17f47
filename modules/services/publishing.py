"""Publishing: from then on participants see what was a draft."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import ConflictError, DomainError
from app.kernel.words import Message
from cohorts.models import Cohort
from cohorts.services.closing import refuse_closed
from modules.models import ModuleSession, PublishedAudience, PublishedSession, ScheduleVersion
from modules.queries.audiences import members
from modules.queries.personal import people_without_feed
from modules.queries.schedule import latest_version, modules_of, pending_changes, published_now
from modules.rules.audience import Target, ids_of
from modules.rules.publishing import Pending, review_mark
from modules.services.personal import new_secret
from modules.signals import SchedulePublished, schedule_published

STALE = Message("Somebody else published or changed the schedule since you looked. Nothing was published: look again.")


def publish(
    session: Session, *, cohort: Cohort, actor: Actor | None, now: datetime, reviewed: str | None = None
) -> ScheduleVersion:
    """Make the drafts of a cohort the next version of its schedule; everybody enrolled gets a calendar address.

    Args:
        reviewed: the mark of what was looked at (``rules.publishing.review_mark``); None publishes whatever is there.

    Raises:
        ConflictError: something else would be published than what was looked at, or two published at once.
        DomainError: the cohort is closed, there is nothing to publish, or a session is for a group that does not exist
            any more.

    """
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    refuse_closed(session, cohort.id)
    latest = latest_version(session, cohort.id)
    number = latest.number if latest else 0
    shown = published_now(session, cohort.id)
    changes = pending_changes(session, [module.id for module in modules_of(session, cohort.id)], shown)
    if reviewed is not None and reviewed != review_mark(number, changes):
        raise ConflictError(STALE)
    if not changes:
        raise DomainError(Message("There is nothing to publish: participants see all of it already."))
    _check_audiences(session, cohort, changes)
    version = ScheduleVersion(
        cohort_id=cohort.id, number=number + 1, published_at=now, published_by_id=actor.user_id if actor else None
    )
    session.add(version)
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(STALE) from error
    _show(session, cohort, version, changes, shown)
    for person_id in people_without_feed(session, cohort.id):
        new_secret(session, person_id=person_id, now=now)
    record(
        session,
        act="modules.published",
        subject="cohort",
        subject_id=cohort.id,
        actor=actor,
        now=now,
        version=version.number,
        sessions=len(changes),
    )
    schedule_published.send(SchedulePublished(session, cohort.id, version.number, actor, now))
    return version


def _check_audiences(session: Session, cohort: Cohort, changes: list[Pending]) -> None:
    """Nothing is published for a group that has gone since the draft was made: nobody would see it, unnoticed."""
    if not any(change.draft.facts.audience for change in changes):
        return
    known = members(session, cohort.id)
    for change in changes:
        if known.strangers(change.draft.facts.audience):
            sentence = Message(
                "Nothing was published: a group or person of “%(title)s” is not in the cohort any more. Change whom it"
                " is for.",
                title=change.draft.facts.title.best("kk")[0],
            )
            raise DomainError(sentence)


def _show(
    session: Session,
    cohort: Cohort,
    version: ScheduleVersion,
    changes: list[Pending],
    shown: dict[int, PublishedSession],
) -> None:
    added: list[PublishedSession] = []
    for change in changes:
        before = shown.get(change.draft.id)
        if before:
            before.current = False
        draft = session.get_one(ModuleSession, change.draft.id)
        added.append(
            PublishedSession(
                session_id=draft.id,
                cohort_id=cohort.id,
                module_id=draft.module_id,
                version_number=version.number,
                uid=draft.uid,
                sequence=before.sequence + 1 if before else 0,
                changed_at=version.published_at,
                current=True,
                for_all=not change.draft.facts.audience,
                **change.draft.facts.values(),
            )
        )
    session.add_all(added)
    session.flush()
    session.add_all(row for state in added for row in _audience(state))
    session.flush()


def _audience(state: PublishedSession) -> list[PublishedAudience]:
    groups, people = ids_of(state.audience, Target.GROUP), ids_of(state.audience, Target.PERSON)
    return [
        *(PublishedAudience(published_id=state.id, group_id=key) for key in groups),
        *(PublishedAudience(published_id=state.id, enrolment_id=key) for key in people),
    ]
