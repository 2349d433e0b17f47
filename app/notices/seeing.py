"""What people do with their notices: they see them, and choose which letters they want."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.missing import add_missing
from app.notices.models import Notice, NoticeChoice
from app.notices.queries import Reader


def see(session: Session, *, numbers: Collection[int], reader: Reader, actor: Actor, now: datetime) -> None:
    """Remember that notices of a feed were seen, and through whose account; whoever saw one first counts.

    Args:
        numbers: exactly those that were shown: what is told meanwhile may have any number, also a smaller one.

    """
    fresh = update(Notice).where(Notice.id.in_(numbers), reader.theirs, Notice.seen_at.is_(None))
    marked = session.execute(
        fresh.values(seen_at=now, seen_by_id=actor.user_id).returning(Notice.id),
        execution_options={"synchronize_session": False},
    ).all()
    if marked and reader.name is not None:
        record(
            session,
            act="notices.seen",
            subject="notice",
            subject_id=marked[0].id if len(marked) == 1 else None,
            actor=actor,
            now=now,
            for_person_id=reader.person_id,
            notices=len(marked),
        )
    session.flush()


def choose(
    session: Session, *, language: str, time_zone: str, wanted: Mapping[str, bool], actor: Actor, now: datetime
) -> None:
    """Keep in which language, by which clocks and of what an account gets letters.

    Args:
        wanted: by kind of notice, whether its letters are wanted.

    """
    user = session.get_one(User, actor.user_id)
    user.language, user.time_zone = language, time_zone
    rows = [{"user_id": user.id, "kind": kind, "wanted": value} for kind, value in sorted(wanted.items())]
    add_missing(session, NoticeChoice, rows, unless=[NoticeChoice.user_id, NoticeChoice.kind])
    for choice in session.scalars(select(NoticeChoice).where(NoticeChoice.user_id == user.id)):
        choice.wanted = wanted.get(choice.kind, choice.wanted)
    record(
        session,
        act="notices.chosen",
        subject="user",
        subject_id=user.id,
        actor=actor,
        now=now,
        language=language,
        time_zone=time_zone,
        unwanted=sorted(kind for kind, value in wanted.items() if not value),
    )
    session.flush()
