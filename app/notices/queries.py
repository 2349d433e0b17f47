"""Reading notices: somebody's feed, how much of it is new, who saw an announcement."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.enums import ScopeKind
from app.accounts.models import User
from app.accounts.queries import user_names
from app.accounts.rules import Actor
from app.kernel.errors import NotFoundError
from app.kernel.words import Message
from app.notices.models import Announcement, Notice, NoticeChoice
from app.notices.rules import principals
from app.people.models import Person
from app.people.queries import display_name

NOTHING_THERE = Message("There is no such page.")


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose feed it is: the account's own (and its person's), or that of a person for whom an assistant reads.

    Args:
        user_id: None for somebody else's feed.
        name: of the person for whom an assistant reads; None: one's own feed.

    """

    person_id: int | None
    user_id: int | None = None
    name: str | None = None

    @property
    def theirs(self) -> ColumnElement[bool]:
        """The condition that a notice is in this feed."""
        if self.user_id is None:
            return Notice.person_id == self.person_id
        return or_(
            Notice.user_id == self.user_id, and_(Notice.person_id.is_not(None), Notice.person_id == self.person_id)
        )


def readers(actor: Actor) -> list[Reader]:
    """The feeds that somebody may read, their own first."""
    others = [Reader(person_id, name=name) for person_id, name in principals(actor).items()]
    return [Reader(actor.person_id, actor.user_id), *(one for one in others if one.person_id != actor.person_id)]


def unread(session: Session, actor: Actor) -> dict[int | None, int]:
    """How many notices are new in each feed that somebody may read, by person; None: one's own. One statement."""
    own, *others = readers(actor)
    rows = session.execute(
        select(Notice.person_id, func.count())
        .where(Notice.seen_at.is_(None), or_(own.theirs, Notice.person_id.in_([one.person_id for one in others])))
        .group_by(Notice.person_id)
    )
    counts: dict[int | None, int] = {}
    for person_id, number in rows:
        whose = None if person_id == own.person_id else person_id
        counts[whose] = counts.get(whose, 0) + number
    return counts


def feed(session: Session, reader: Reader, *, offset: int, limit: int) -> tuple[Sequence[Notice], int]:
    """A page of somebody's feed, newest first, with the announcements in it; and how many notices there are in all."""
    total = session.scalar(select(func.count()).select_from(Notice).where(reader.theirs)) or 0
    wanted = select(Notice).where(reader.theirs).options(joinedload(Notice.announcement))
    newest = wanted.order_by(Notice.created_at.desc(), Notice.id.desc())
    return session.scalars(newest.offset(offset).limit(limit)).all(), total


def get_notice(session: Session, actor: Actor, number: int) -> tuple[Notice, Reader]:
    """A notice of a feed that somebody may read, and whose feed that is.

    Raises:
        NotFoundError: there is none, or it is none of theirs.

    """
    found = session.scalar(select(Notice).where(Notice.id == number).options(joinedload(Notice.announcement)))
    for reader in readers(actor) if found else ():
        own = reader.user_id is not None and found is not None and found.user_id == reader.user_id
        if found and (own or (found.person_id is not None and found.person_id == reader.person_id)):
            return found, reader
    raise NotFoundError(NOTHING_THERE)


def notice_of_announcement(session: Session, actor: Actor, announcement_id: int) -> int:
    """The number of somebody's notice of an announcement, their own first.

    Raises:
        NotFoundError: it was not told to them.

    """
    for reader in readers(actor):
        wanted = select(Notice.id).where(Notice.announcement_id == announcement_id, reader.theirs).order_by(Notice.id)
        number = session.scalar(wanted.limit(1))
        if number is not None:
            return number
    raise NotFoundError(NOTHING_THERE)


def seen_by(session: Session, notices: Sequence[Notice], *, but: int) -> dict[int, str]:
    """The names of the accounts through which notices were seen, other than the reader's own."""
    return user_names(session, (notice.seen_by_id for notice in notices if notice.seen_by_id != but))


def choices_of(session: Session, user_id: int) -> dict[str, bool]:
    """What an account chose, by kind of notice; a kind that is not in it was never chosen."""
    rows = select(NoticeChoice.kind, NoticeChoice.wanted).where(NoticeChoice.user_id == user_id)
    return dict(session.execute(rows).all())


@dataclass(frozen=True, slots=True)
class Told:
    """An announcement, how many people it went to, how many of them saw it, and who sent it."""

    announcement: Announcement
    people: int
    seen: int
    by: str


def announcements(session: Session, places: Collection[tuple[ScopeKind, int]], *, limit: int) -> list[Told]:
    """The latest announcements of some places, the newest first. Three statements."""
    within = [and_(Announcement.scope == scope, Announcement.scope_id == key) for scope, key in places]
    found = session.scalars(
        select(Announcement).where(or_(*within)).order_by(Announcement.id.desc()).limit(limit)
    ).all()
    counts = told_and_seen(session, [row.id for row in found])
    names = user_names(session, (row.created_by_id for row in found))
    return [Told(row, *counts[row.id], names.get(row.created_by_id or 0, "")) for row in found]


def told_and_seen(session: Session, announcement_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """To how many people each announcement went, and how many of them saw it. One statement."""
    counted = session.execute(
        select(Notice.announcement_id, func.count(), func.count(Notice.seen_at))
        .where(Notice.announcement_id.in_(announcement_ids))
        .group_by(Notice.announcement_id)
    )
    found = dict.fromkeys(announcement_ids, (0, 0))
    found |= {key: (people, seen) for key, people, seen in counted if key is not None}
    return found


def get_announcement(session: Session, places: Collection[tuple[ScopeKind, int]], number: int) -> Announcement:
    """An announcement of one of some places.

    Raises:
        NotFoundError: there is none, or it is of another place.

    """
    found = session.get(Announcement, number)
    if found is None or (found.scope, found.scope_id) not in places:
        raise NotFoundError(NOTHING_THERE)
    return found


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody to whom an announcement went.

    Args:
        phone: to call, if it is known.
        by: through whose account it was seen, if that is not the person's own.

    """

    name: str
    phone: str | None
    account: bool
    seen_at: datetime | None
    by: str


def reached(session: Session, announcement_id: int, lang: str, *, seen: bool, limit: int) -> list[Reached]:
    """The first of those who saw an announcement, or of those who did not, alphabetical. At most five statements."""
    notices = session.scalars(
        select(Notice)
        .outerjoin(Person, Person.id == Notice.person_id)
        .where(Notice.announcement_id == announcement_id, Notice.seen_at.is_not(None) == seen)
        .order_by(func.coalesce(Person.sort_key, ""), Notice.id)
        .limit(limit)
    ).all()
    told = [notice.person_id for notice in notices if notice.person_id is not None]
    wanted = select(Person).where(Person.id.in_(told)).options(selectinload(Person.names))
    people = {person.id: person for person in session.scalars(wanted)}
    owners = select(User.person_id, User.id).where(User.person_id.in_(told), User.active)
    accounts = dict(session.execute(owners).all())
    names = user_names(session, {notice.user_id for notice in notices} | {notice.seen_by_id for notice in notices})
    found = []
    for notice in notices:
        person = people.get(notice.person_id or 0)
        own = accounts.get(notice.person_id) if person else notice.user_id
        found.append(
            Reached(
                display_name(person, lang) if person else names.get(notice.user_id or 0, "–"),
                person.phone if person else None,
                own is not None,
                notice.seen_at,
                "" if notice.seen_by_id in {None, own} else names.get(notice.seen_by_id or 0, ""),
            )
        )
    return found
