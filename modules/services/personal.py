"""What a person has seen of the schedule, and the address of their calendar."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from modules.models import CalendarFeed, ScheduleSeen
from modules.queries.personal import own_cohorts

SECRET_BYTES = 24  # 192 bits: nobody guesses an address


def mark_seen(session: Session, *, person_id: int, versions: Mapping[int, int], actor: Actor, now: datetime) -> None:
    """Remember up to which version a person has seen the schedule of each cohort, and through whose account.

    Never goes back, and never beyond what is published; cohorts that are not the person's are left out.

    Args:
        versions: the version that the page showed, by cohort.

    """
    latest = {cohort.id: cohort.version for cohort in own_cohorts(session, person_id)}
    for cohort_id, wanted in sorted(versions.items()):
        limit = latest.get(cohort_id)
        if limit is not None and 0 < wanted <= limit:
            _see(session, person_id, cohort_id, wanted, actor, now)


def new_secret(session: Session, *, person_id: int, now: datetime, actor: Actor | None = None) -> CalendarFeed:
    """Give a person's calendar a new secret address; the old one is unknown from then on."""
    feed = session.scalar(select(CalendarFeed).where(CalendarFeed.person_id == person_id).with_for_update())
    if feed is None:
        feed = CalendarFeed(person_id=person_id)
        session.add(feed)
    feed.secret = secrets.token_urlsafe(SECRET_BYTES)
    feed.created_at = now
    session.flush()
    if actor is not None:
        record(
            session,
            act="modules.calendar_address_made",
            subject="person",
            subject_id=person_id,
            actor=actor,
            now=now,
            for_person_id=person_id if actor.person_id != person_id else None,
        )
    return feed


def _see(session: Session, person_id: int, cohort_id: int, version: int, actor: Actor, now: datetime) -> None:
    known = _seen(session, person_id, cohort_id)
    if known is None:
        try:
            with session.begin_nested():
                session.add(
                    ScheduleSeen(
                        person_id=person_id,
                        cohort_id=cohort_id,
                        version_number=version,
                        seen_at=now,
                        seen_by_id=actor.user_id,
                    )
                )
        except IntegrityError:
            # The button was pressed twice at once: the other press has made the row.
            known = _seen(session, person_id, cohort_id)
    if known is not None and version > known.version_number:
        known.version_number, known.seen_at, known.seen_by_id = version, now, actor.user_id
    session.flush()


def _seen(session: Session, person_id: int, cohort_id: int) -> ScheduleSeen | None:
    return session.scalar(
        select(ScheduleSeen)
        .where(ScheduleSeen.person_id == person_id, ScheduleSeen.cohort_id == cohort_id)
        .with_for_update()
    )
